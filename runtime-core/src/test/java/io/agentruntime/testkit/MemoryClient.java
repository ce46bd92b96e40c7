package io.agentruntime.testkit;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.http.HttpCall;
import io.agentruntime.net.SecretUri;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

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
        return Mono.defer(() -> {
            MemorySocketClient socket = new MemorySocketClient();
            return gateway.pipes()
                    .connect(PipeRequest.to(SecretUri.of(gateway.url().replace("http", "ws") + pathAndQuery)), socket)
                    .map(pipe -> socket.opened(pipe));
        });
    }

    private static final class MemorySocketClient implements Socket, PipeListener {
        private final Sinks.Many<String> texts = Sinks.many().replay().all();
        private final Sinks.Many<String> pongs = Sinks.many().replay().all();
        private @Nullable Pipe pipe;

        Socket opened(Pipe opened) {
            this.pipe = opened;
            return this;
        }

        @Override
        public void onText(ByteBuf payload) {
            texts.tryEmitNext(payload.toString(StandardCharsets.UTF_8));
        }

        @Override
        public void onBinary(ByteBuf payload) {
            throw new AssertionError("The gateway sends text only");
        }

        @Override
        public void onPong() {
            pongs.tryEmitNext("p");
        }

        @Override
        public Flux<String> texts() {
            return texts.asFlux();
        }

        @Override
        public Flux<String> pongs() {
            return pongs.asFlux();
        }

        @Override
        public Mono<CloseStatus> ended() {
            return pipe.ended().map(SessionEnd::status);
        }

        @Override
        public void send(String text) {
            pipe.send(OutboundMessage.text(text)).subscribe();
        }

        @Override
        public void ping() {
            pipe.ping();
        }

        @Override
        public void close(int code, String reason) {
            pipe.close(code, reason, Duration.ofSeconds(1)).subscribe();
        }
    }
}
