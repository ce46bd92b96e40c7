package io.agentruntime.nookplot;

import io.agentruntime.connection.PendingReplies;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.SubscriptionException;
import io.agentruntime.telemetry.Operation;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeSession;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** One session with the gateway, and everything that lives as long as it does. */
final class NookplotSession extends PipeSession {

    private static final Logger log = LoggerFactory.getLogger(NookplotSession.class);

    private final NookplotSettings settings;
    private final SessionRequests requests;
    private final Consumer<NookplotSession> onRetired;
    private final PendingReplies<String, Boolean> joins;
    private final PendingReplies<String, Boolean> leaves;
    private final ConcurrentMap<String, Asked> asked = new ConcurrentHashMap<>();
    private final Sinks.Empty<Void> welcome = Sinks.empty();
    private volatile ConnectResult info;

    /** @param onRetired called once, when the session stops receiving */
    NookplotSession(
            ConnectResult info,
            NookplotSettings settings,
            SessionRequests requests,
            Consumer<NookplotSession> onRetired) {
        super(
                settings.heartbeatInterval(),
                settings.livenessTimeout(),
                settings.closeTimeout().dividedBy(2),
                settings.timer());
        this.info = info;
        this.settings = settings;
        this.requests = requests;
        this.onRetired = onRetired;
        this.joins = new PendingReplies<>(settings.timer());
        this.leaves = new PendingReplies<>(settings.timer());
    }

    @Override
    protected void onRetired(Throwable cause) {
        joins.sessionEnded(cause);
        leaves.sessionEnded(cause);
        onRetired.accept(this);
    }

    /** Takes the session out of the gateway's books. */
    @Override
    protected Mono<Void> farewell() {
        return requests.disconnect(info.sessionId());
    }

    // ---- What arrives; called by SessionFrames on the pipe's thread

    void welcomed() {
        welcome.tryEmitEmpty();
    }

    void joined(String channelId) {
        joins.answer(channelId, true);
    }

    void left(String channelId) {
        leaves.answer(channelId, true);
    }

    void refused(String channelId, String reason) {
        joins.refuse(channelId, new SubscriptionException(channelId, reason));
    }

    // ---- What is asked of it

    /** Completes with the gateway's first frame. Errors when the session ends first. */
    Mono<Void> welcome() {
        return orEnd(welcome.asMono());
    }

    /**
     * Subscribes a channel; parallel callers share one request. Errors: {@link SubscriptionException}, {@link
     * io.agentruntime.error.TimeLimitException}, {@link io.agentruntime.error.SessionEndedException}.
     */
    Mono<Void> subscribe(String channelId) {
        return ask(channelId, "channel.subscribe", joins);
    }

    /**
     * Unsubscribes a channel; parallel callers share one request. Errors: {@link
     * io.agentruntime.error.TimeLimitException} when no answer came, {@link io.agentruntime.error.SessionEndedException}.
     */
    Mono<Void> unsubscribe(String channelId) {
        return ask(channelId, "channel.unsubscribe", leaves);
    }

    /** One request a channel at a time, in order: answers name the channel only, and the last request must prevail. */
    private Mono<Void> ask(String channelId, String type, PendingReplies<String, Boolean> replies) {
        return Mono.defer(() -> asked.compute(
                        channelId,
                        (id, last) ->
                                last != null && last.type.equals(type) ? last : new Asked(id, type, replies, last))
                .answer);
    }

    private final class Asked {

        private final String type;
        private final Mono<Void> answer;

        private Asked(String id, String type, PendingReplies<String, Boolean> replies, @Nullable Asked before) {
            this.type = type;
            this.answer = (before == null ? Mono.<Void>empty() : before.answer.onErrorComplete())
                    .then(settings.telemetry()
                            .observe(
                                    new Operation.Push(type, type, id),
                                    replies.await(
                                            id,
                                            type + " of " + id,
                                            settings.subscribeTimeout(),
                                            sendJson(Map.of("type", type, "channelId", id))),
                                    done -> "ok"))
                    // Before anybody hears of the outcome: who asks again then, asks the gateway.
                    .doOnTerminate(() -> asked.remove(id, this))
                    .then()
                    .cache();
        }
    }

    /** Sends any JSON value. Completes when it was handed to the socket. */
    Mono<Void> sendJson(Object message) {
        return send(encoded(message));
    }

    private OutboundMessage encoded(Object message) {
        return OutboundMessage.text(allocator -> settings.json().encode(message, allocator));
    }

    @Override
    protected void heartbeat(Pipe open) {
        Map<String, String> beat =
                Map.of("type", "heartbeat", "timestamp", settings.now().toString());
        open.send(encoded(beat).asUrgent())
                .subscribe(
                        nothing -> {},
                        error -> log.debug("A heartbeat was not sent: {}", RuntimeClientException.describe(error)));
        // The gateway answers heartbeats with nothing at all; pongs are what shows that it is there.
        open.ping();
    }

    /** The gateway knows this session by another id now. */
    void renewed(ConnectResult again) {
        info = again;
    }

    @Override
    public ConnectResult info() {
        return info;
    }
}
