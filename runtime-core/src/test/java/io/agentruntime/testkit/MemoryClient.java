package io.agentruntime.testkit;

import io.agentruntime.http.HttpCall;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The gateway's exchange and pipes, plainly. */
final class MemoryClient implements RawClient {

    private final EmbeddedGateway gateway;

    MemoryClient(EmbeddedGateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public Mono<Reply> exchange(String method, String path, @Nullable String key, @Nullable String body) {
        return gateway.exchange()
                .exchange(new HttpCall(
                        method,
                        URI.create(gateway.url() + path),
                        key == null ? Map.of() : Map.of("Authorization", "Bearer " + key),
                        body == null ? null : body.getBytes(StandardCharsets.UTF_8),
                        Duration.ofMinutes(10),
                        1 << 20))
                .map(reply ->
                        new Reply(reply.status(), reply.headers(), new String(reply.body(), StandardCharsets.UTF_8)));
    }

    @Override
    public Mono<Socket> open(String pathAndQuery) {
        return PipeSocket.open(gateway.pipes(), gateway.url(), pathAndQuery);
    }
}
