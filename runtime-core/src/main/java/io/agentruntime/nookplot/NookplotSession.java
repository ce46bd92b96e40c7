package io.agentruntime.nookplot;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.Liveness;
import io.agentruntime.connection.PendingReplies;
import io.agentruntime.connection.Session;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.NotConnectedException;
import io.agentruntime.error.SubscriptionException;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** One session with the gateway, and everything that lives as long as it does. */
final class NookplotSession implements Session {

    private static final Logger log = LoggerFactory.getLogger(NookplotSession.class);

    private final NookplotSettings settings;
    private final Consumer<NookplotSession> onRetired;
    private final PendingReplies<String, Boolean> joins;
    private final PendingReplies<String, Boolean> leaves;
    private final ConcurrentMap<String, Asked> asked = new ConcurrentHashMap<>();
    private final Disposable.Composite lifetime = Disposables.composite();
    private final Sinks.Empty<Void> welcome = Sinks.empty();
    private final Sinks.One<SessionEnd> end = Sinks.one();
    private final Liveness liveness;
    private final Mono<Void> closing;
    private final AtomicBoolean receiving = new AtomicBoolean(true);
    private volatile ConnectResult info;
    private volatile @Nullable Pipe pipe;

    /** @param onRetired called once, when the session stops receiving */
    NookplotSession(
            ConnectResult info,
            NookplotSettings settings,
            SessionRequests requests,
            Consumer<NookplotSession> onRetired) {
        this.info = info;
        this.settings = settings;
        this.onRetired = onRetired;
        this.joins = new PendingReplies<>(settings.timer());
        this.leaves = new PendingReplies<>(settings.timer());
        this.liveness = new Liveness(
                settings.heartbeatInterval(),
                settings.livenessTimeout(),
                settings.timer(),
                this::heartbeat,
                this::abort);
        this.closing = closePipe()
                .then(Mono.defer(() -> requests.disconnect(info().sessionId())))
                .cache();
        lifetime.add(liveness);
    }

    /** What has to end with this session. */
    void onEnd(Disposable resource) {
        lifetime.add(resource);
    }

    /** The pipe is open. What it has read so far is here already. */
    void attach(Pipe opened) {
        pipe = opened;
        liveness.start();
        opened.ended().subscribe(this::pipeEnded);
    }

    private void pipeEnded(SessionEnd how) {
        retire(how.toError());
        end.tryEmitValue(how);
    }

    /** Stops receiving, and lets go of everything that lives with the session. What still arrives is too late. */
    private void retire(Throwable cause) {
        if (receiving.compareAndSet(true, false)) {
            lifetime.dispose();
            joins.sessionEnded(cause);
            leaves.sessionEnded(cause);
            onRetired.accept(this);
        }
    }

    /** Whether what arrives still counts. */
    boolean receiving() {
        return receiving.get();
    }

    /** When something last arrived. */
    Instant lastSignOfLife() {
        return liveness.lastSignOfLife();
    }

    private void abort(Throwable cause) {
        Pipe open = pipe;
        if (open != null) {
            open.abort(cause);
        }
    }

    /** Closes the socket in good order. The gateway's books still have the session then. */
    Mono<Void> closePipe() {
        return Mono.defer(() -> {
            retire(new DisconnectedException("The session"));
            Pipe open = pipe;
            return open == null
                    ? Mono.empty()
                    : open.close(
                            CloseStatus.NORMAL,
                            "client disconnect",
                            settings.closeTimeout().dividedBy(2));
        });
    }

    // ---- What arrives; called by SessionFrames on the pipe's thread

    void signOfLife() {
        liveness.signOfLife();
    }

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

    /** {@code step}, or the error with which the session ends before it does. */
    <T> Mono<T> orEnd(Mono<T> step) {
        return Mono.firstWithSignal(step, ended().flatMap(how -> Mono.error(how.toError())));
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
                    .then(replies.await(
                            id,
                            type + " of " + id,
                            settings.subscribeTimeout(),
                            send(Map.of("type", type, "channelId", id))))
                    // Before anybody hears of the outcome: who asks again then, asks the gateway.
                    .doOnTerminate(() -> asked.remove(id, this))
                    .then()
                    .cache();
        }
    }

    /** Sends any JSON value. Completes when it was handed to the socket. */
    Mono<Void> send(Object message) {
        return Mono.defer(() -> {
            Pipe open = pipe;
            return open == null
                    ? Mono.error(new NotConnectedException("connecting"))
                    : open.send(
                            OutboundMessage.text(allocator -> settings.json().encode(message, allocator)));
        });
    }

    private void heartbeat() {
        Pipe open = pipe;
        if (open == null) {
            return;
        }
        Map<String, String> beat =
                Map.of("type", "heartbeat", "timestamp", settings.now().toString());
        open.send(OutboundMessage.text(allocator -> settings.json().encode(beat, allocator))
                        .asUrgent())
                .subscribe(nothing -> {}, error -> log.debug("A heartbeat was not sent: {}", error.getMessage()));
        // The gateway answers heartbeats with nothing at all; pongs are what shows that it is there.
        open.ping();
    }

    /** Stops or resumes reading; while it is stopped the gateway's silence proves nothing. */
    void reading(boolean on) {
        liveness.reading(on);
        Pipe open = pipe;
        if (open != null) {
            open.reading(on);
        }
    }

    /** The gateway knows this session by another id now. */
    void renewed(ConnectResult again) {
        info = again;
    }

    @Override
    public ConnectResult info() {
        return info;
    }

    @Override
    public Mono<SessionEnd> ended() {
        return end.asMono();
    }

    @Override
    public Mono<Void> close() {
        return closing;
    }

    @Override
    public Mono<Void> flushed() {
        Pipe open = pipe;
        return open == null ? Mono.empty() : open.flushed();
    }
}
