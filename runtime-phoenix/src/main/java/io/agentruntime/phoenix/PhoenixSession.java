package io.agentruntime.phoenix;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.Liveness.Watch;
import io.agentruntime.connection.PendingReplies;
import io.agentruntime.error.LivenessTimeoutException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeSession;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** One session with the server: what all channels share. */
final class PhoenixSession extends PipeSession {

    /** The topic of heartbeats. */
    static final String TOPIC = "phoenix";

    private static final Logger log = LoggerFactory.getLogger(PhoenixSession.class);

    private final PhoenixSessionInfo info;
    private final SocketSettings settings;
    private final WireCodec codec;
    private final AtomicLong refs;
    private final BiConsumer<PhoenixSession, Throwable> onRetired;
    private final PendingReplies<String, PhoenixMessage> pings;
    private volatile @Nullable Beat lastBeat;

    /** A heartbeat that went out. */
    private record Beat(String ref, long at) {}

    /**
     * @param refs counts the references of the whole socket, so that no reply of an earlier session fits
     * @param onRetired called once, when the session stops receiving
     */
    PhoenixSession(
            PhoenixSessionInfo info,
            SocketSettings settings,
            WireCodec codec,
            AtomicLong refs,
            BiConsumer<PhoenixSession, Throwable> onRetired) {
        super(
                settings.heartbeatInterval(),
                settings.heartbeatTimeout(),
                Watch.SINCE_HEARTBEAT,
                settings.closeTimeout().dividedBy(2),
                settings.timer());
        this.info = info;
        this.settings = settings;
        this.codec = codec;
        this.refs = refs;
        this.onRetired = onRetired;
        this.pings = new PendingReplies<>(settings.timer());
    }

    String nextRef() {
        return Long.toString(refs.incrementAndGet());
    }

    /**
     * Sends a message. Completes when it was handed to the socket; what cannot be encoded is an error before anything is
     * sent.
     */
    Mono<Void> send(@Nullable String joinRef, String ref, String topic, String event, Object payload) {
        OutboundMessage message;
        try {
            message = codec.encode(joinRef, ref, topic, event, payload);
        } catch (RuntimeException e) {
            return Mono.error(e);
        }
        return send(message);
    }

    /** Sends a message whose loss is nobody's error. */
    void sendQuietly(@Nullable String joinRef, String topic, String event) {
        send(joinRef, nextRef(), topic, event, Map.of())
                .subscribe(
                        nothing -> {},
                        error -> log.debug("{} was not sent: {}", event, RuntimeClientException.describe(error)));
    }

    /** A heartbeat of its own, and how long its answer took. */
    Mono<Duration> ping() {
        return Mono.defer(() -> {
            String ref = nextRef();
            long start = settings.timer().now(TimeUnit.NANOSECONDS);
            return pings.await(ref, "ping", settings.pushTimeout(), send(beat(ref)))
                    .map(reply -> Duration.ofNanos(settings.timer().now(TimeUnit.NANOSECONDS) - start));
        });
    }

    private OutboundMessage beat(String ref) {
        return codec.encode(null, ref, TOPIC, "heartbeat", Map.of()).asUrgent();
    }

    /** Something arrived on the topic of heartbeats. */
    void answered(PhoenixMessage message) {
        String ref = message.ref();
        if (ref != null) {
            pings.answer(ref, message);
            Beat beat = lastBeat;
            if (beat != null && beat.ref.equals(ref)) {
                settings.telemetry().heartbeat(beat.at);
            }
        }
    }

    @Override
    protected void heartbeat(Pipe open) {
        Beat beat = new Beat(nextRef(), settings.telemetry().nanos());
        lastBeat = beat;
        open.send(beat(beat.ref))
                .subscribe(
                        nothing -> {},
                        error -> log.debug("A heartbeat was not sent: {}", RuntimeClientException.describe(error)));
    }

    @Override
    protected void onSilence(LivenessTimeoutException cause) {
        giveUp(new CloseStatus(CloseStatus.NORMAL, "heartbeat timeout"), cause);
    }

    @Override
    protected void onRetired(Throwable cause) {
        pings.sessionEnded(cause);
        onRetired.accept(this, cause);
    }

    @Override
    public PhoenixSessionInfo info() {
        return info;
    }
}
