package io.agentruntime.codebolt;

import io.agentruntime.telemetry.Operation;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeSession;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** One session with the server, and everything that lives as long as it does. */
final class CodeboltSession extends PipeSession {

    private final PluginSession info;
    private final CodeboltSettings settings;
    private final PendingRequests pending;
    private final Sinks.Empty<Void> started = Sinks.empty();

    CodeboltSession(PluginSession info, CodeboltSettings settings) {
        super(
                settings.pingInterval(),
                settings.livenessTimeout(),
                settings.closeTimeout().dividedBy(2),
                settings.timer());
        this.info = info;
        this.settings = settings;
        this.pending = new PendingRequests(settings.timer());
    }

    @Override
    public PluginSession info() {
        return info;
    }

    @Override
    protected void onRetired(Throwable cause) {
        pending.sessionEnded(cause);
    }

    /** The protocol has no heartbeat of its own. */
    @Override
    protected void heartbeat(Pipe open) {
        open.ping();
    }

    /** The start message has come. */
    void startReceived() {
        started.tryEmitEmpty();
    }

    /** Completes with the start message. Errors when the session ends first. */
    Mono<Void> started() {
        return orEnd(started.asMono());
    }

    PendingRequests pending() {
        return pending;
    }

    /**
     * Sends a request and waits for its answer, whatever it says.
     *
     * @param body what stands beside its type and id
     */
    Mono<PluginAnswer> request(String type, Map<String, ?> body, Duration limit) {
        return Mono.defer(() -> {
            String requestId = settings.newId();
            Map<String, Object> named = new LinkedHashMap<>(body);
            named.put("requestId", requestId);
            return settings.telemetry()
                    .observe(
                            new Operation.Push("request", type, ""),
                            pending.await(requestId, type, limit, send(type, requestId, named)),
                            PluginAnswer::status);
        });
    }

    /** Sends a message that nobody answers; its body may bring an id. Completes when it was handed to the socket. */
    Mono<Void> tell(String type, Map<String, ?> body) {
        return settings.telemetry()
                .observe(
                        new Operation.Push("send", type, ""),
                        Mono.defer(() -> send(type, settings.newId(), body)),
                        nothing -> "ok");
    }

    private Mono<Void> send(String type, String requestId, Map<String, ?> body) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("type", type);
        message.put("requestId", requestId);
        message.putAll(body);
        message.put("type", type);
        return send(OutboundMessage.text(allocator -> settings.json().encode(message, allocator)));
    }
}
