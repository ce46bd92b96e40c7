package io.agentruntime.phoenix.longpoll;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Opens long-polling sessions: the first GET answers {@code 410} with the token of a new session, which all later requests
 * carry. Holds nothing open itself.
 */
public final class LongPollConnector implements PipeConnector {

    private final Requests.Settings settings;

    private LongPollConnector(Requests.Settings settings) {
        this.settings = settings;
    }

    /**
     * A connector.
     *
     * @param exchange how requests reach the server; whoever made it closes it
     * @param json reads the answers
     * @param requestTimeout the limit of each request but the first, whose limit is that of the handshake
     * @param maxResponseBytes the largest answer to read
     * @param limits the limits of the handshake and of the outbound queue
     * @param timer where limits are kept
     */
    public static LongPollConnector of(
            HttpExchange exchange,
            JsonCodec json,
            Duration requestTimeout,
            int maxResponseBytes,
            WebSocketOptions limits,
            Scheduler timer) {
        return new LongPollConnector(
                new Requests.Settings(exchange, json, requestTimeout, maxResponseBytes, limits, timer));
    }

    /**
     * {@inheritDoc}
     *
     * <p>A refusal of the application, which comes as {@code {"status":403}}, is a {@link HandshakeException} with that
     * status. Subprotocols are ignored.
     */
    @Override
    public Mono<Pipe> connect(PipeRequest request, PipeListener listener) {
        Requests requests = new Requests(settings, request);
        return requests.open().flatMap(answer -> {
            if (answer.status() != Answer.GONE) {
                return Mono.error(new HandshakeException(
                        "Long-polling at " + request.target().target(), answer.status(), answer.retryAfter()));
            }
            String token = answer.token();
            return token == null
                    ? Mono.error(
                            new DecodeException("answer to the first poll", "field 'token' is no string", "", null))
                    : started(new LongPollPipe(requests, token, listener, settings.limits(), settings.timer()));
        });
    }

    private static Mono<Pipe> started(LongPollPipe pipe) {
        return Mono.create(sink -> {
            sink.onCancel(() -> pipe.abort(new DisconnectedException("Long-polling")));
            pipe.poll();
            sink.success(pipe);
        });
    }
}
