package io.agentruntime.testkit;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.net.SecretUri;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A pipe with what came over it. */
final class PipeSocket implements RawClient.Socket, PipeListener {
    private final Sinks.Many<String> texts = Sinks.many().replay().all();
    private final Sinks.Many<String> pongs = Sinks.many().replay().all();
    private @Nullable Pipe pipe;

    static Mono<RawClient.Socket> open(PipeConnector connector, String httpUrl, String pathAndQuery) {
        return Mono.defer(() -> {
            PipeSocket socket = new PipeSocket();
            return connector
                    .connect(PipeRequest.to(SecretUri.of(httpUrl.replace("http", "ws") + pathAndQuery)), socket)
                    .map(socket::opened);
        });
    }

    PipeSocket opened(Pipe opened) {
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
