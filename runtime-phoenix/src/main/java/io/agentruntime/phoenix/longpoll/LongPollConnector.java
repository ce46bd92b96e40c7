package io.agentruntime.phoenix.longpoll;

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

/** Opens long-polling sessions. */
public final class LongPollConnector implements PipeConnector {

    private LongPollConnector() {}

    public static LongPollConnector of(
            HttpExchange exchange,
            JsonCodec json,
            Duration requestTimeout,
            int maxResponseBytes,
            WebSocketOptions limits,
            Scheduler timer) {
        return new LongPollConnector();
    }

    @Override
    public Mono<Pipe> connect(PipeRequest request, PipeListener listener) {
        return Mono.error(new UnsupportedOperationException());
    }
}
