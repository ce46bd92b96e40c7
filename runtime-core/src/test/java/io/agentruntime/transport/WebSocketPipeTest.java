package io.agentruntime.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.net.NetOptions;
import io.agentruntime.net.SecretUri;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.WebsocketServerSpec;

class WebSocketPipeTest extends PipeContract {

    /** Small, so that a queue in front of it fills. */
    private static final int SOCKET_BUFFER = 32 * 1024;

    private DisposableServer server;

    @AfterEach
    void stop() {
        cut();
        if (server != null) {
            server.disposeNow(PATIENCE);
        }
    }

    @Override
    Link open(WebSocketOptions options, PipeListener atClient, PipeListener atServer) {
        Sinks.One<Pipe> accepted = Sinks.one();
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .childOption(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .route(routes -> routes.ws(
                        "/ws",
                        (in, out) -> WebSocketAcceptor.accept(in, out, options, Schedulers.parallel(), pipe -> {
                            accepted.tryEmitValue(pipe);
                            return atServer;
                        }),
                        WebsocketServerSpec.builder()
                                .maxFramePayloadLength(options.maxMessageBytes())
                                .build()))
                .bindNow(PATIENCE);
        Pipe client = WebSocketConnector.of(
                        NetOptions.builder()
                                .customizer(http -> http.option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER))
                                .build(),
                        options)
                .connect(PipeRequest.to(SecretUri.of("ws://127.0.0.1:" + server.port() + "/ws?ticket=t")), atClient)
                .block(PATIENCE);
        return new Link(
                Objects.requireNonNull(client),
                Objects.requireNonNull(accepted.asMono().block(PATIENCE)));
    }

    @Test
    void everythingReceivedLiesBetweenTheStartAndTheCompletionOfARead() {
        StringBuffer calls = new StringBuffer();
        PipeListener noting = new PipeListener() {
            @Override
            public void onText(ByteBuf payload) {
                calls.append('t');
            }

            @Override
            public void onBinary(ByteBuf payload) {
                calls.append('b');
            }

            @Override
            public void onReadStart() {
                calls.append('<');
            }

            @Override
            public void onReadComplete() {
                calls.append('>');
            }
        };
        Link link = link(WebSocketOptions.defaults(), atClient, noting);
        Flux.range(0, 100)
                .flatMap(i -> link.client().send(OutboundMessage.text("m" + i)), 100)
                .then()
                .block(PATIENCE);
        link.client().close(1000, "bye", PATIENCE).block(PATIENCE);
        link.server().ended().block(PATIENCE);
        Flux.interval(Duration.ZERO, Duration.ofMillis(1))
                .takeUntil(tick -> calls.charAt(calls.length() - 1) == '>')
                .blockLast(PATIENCE);

        assertThat(calls.toString()).matches("(<t*>)+");
        assertThat(calls.chars().filter(call -> call == 't')).hasSize(100);
    }
}
