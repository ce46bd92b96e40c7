package io.agentruntime.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.FrameTooLargeException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.support.Secrets;
import io.agentruntime.support.TestKeys;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketAcceptor;
import io.agentruntime.transport.WebSocketConnector;
import io.agentruntime.transport.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.WebsocketServerSpec;
import reactor.netty.resources.ConnectionProvider;
import reactor.test.StepVerifier;

/** TLS, proxies and compression over a real loopback exchange, with a server that echoes. */
class NetOptionsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    static Path dir;

    private static TestKeys keys;

    private DisposableServer server;

    /** A certificate for localhost, and not for 127.0.0.1. */
    @BeforeAll
    static void makeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
        keys = TestKeys.make(dir, "test", "dns:localhost");
        Files.writeString(dir.resolve("cert.pem"), keys.pem());
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.disposeNow(PATIENCE);
        }
    }

    private void serve(boolean tls, boolean compress) throws GeneralSecurityException, IOException {
        HttpServer http = HttpServer.create().host("127.0.0.1").port(0);
        if (tls) {
            var context = SslContextBuilder.forServer(keys.keys()).build();
            http = http.secure(spec -> spec.sslContext(context));
        }
        server = http.route(routes -> routes.ws(
                        "/ws",
                        (in, out) -> WebSocketAcceptor.accept(
                                in, out, WebSocketOptions.defaults(), Schedulers.parallel(), Echo::new),
                        WebsocketServerSpec.builder().compress(compress).build()))
                .bindNow(PATIENCE);
    }

    /** Answers a number with so many zeros, everything else with itself. */
    private record Echo(Pipe pipe) implements PipeListener {
        @Override
        public void onText(ByteBuf payload) {
            String text = payload.toString(StandardCharsets.UTF_8);
            String answer = text.matches("\\d+") ? "0".repeat(Integer.parseInt(text)) : text;
            pipe.send(OutboundMessage.text(answer)).subscribe();
        }

        @Override
        public void onBinary(ByteBuf payload) {}
    }

    private static Mono<String> echo(NetOptions net, WebSocketOptions options, String address, String text) {
        Sinks.One<String> answer = Sinks.one();
        PipeListener listener = new PipeListener() {
            @Override
            public void onText(ByteBuf payload) {
                answer.tryEmitValue(payload.toString(StandardCharsets.UTF_8));
            }

            @Override
            public void onBinary(ByteBuf payload) {}
        };
        return WebSocketConnector.of(net, options)
                .connect(PipeRequest.to(SecretUri.of(address)), listener)
                .flatMap(pipe -> {
                    Mono<String> failed = pipe.ended().map(SessionEnd::toError).flatMap(Mono::error);
                    return pipe.send(OutboundMessage.text(text))
                            .then(Mono.firstWithSignal(answer.asMono(), failed))
                            .flatMap(got -> pipe.close(1000, "", PATIENCE).thenReturn(got));
                });
    }

    private String address(String scheme, String host) {
        // No secret: these servers log what they are sent, as the client must not.
        return scheme + "://" + host + ":" + server.port() + "/ws?ticket=t";
    }

    @Test
    void aTrustedCertificateOpensTheConnection() throws Exception {
        serve(true, false);
        NetOptions net = NetOptions.builder()
                .trustedCertificates(dir.resolve("cert.pem"))
                .build();

        assertThat(echo(net, WebSocketOptions.defaults(), address("wss", "localhost"), "hello")
                        .block(PATIENCE))
                .isEqualTo("hello");
    }

    @Test
    void anUnknownCertificateIsRefused() throws Exception {
        serve(true, false);

        StepVerifier.create(echo(NetOptions.defaults(), WebSocketOptions.defaults(), address("wss", "localhost"), "x"))
                .expectErrorSatisfies(e -> {
                    assertThat(e).isInstanceOf(ConnectFailedException.class);
                    Secrets.assertNoneIn(e);
                })
                .verify(PATIENCE);
    }

    @Test
    void aTrustedCertificateOfAnotherHostIsRefused() throws Exception {
        serve(true, false);
        NetOptions net = NetOptions.builder()
                .trustedCertificates(dir.resolve("cert.pem"))
                .build();

        StepVerifier.create(echo(net, WebSocketOptions.defaults(), address("wss", "127.0.0.1"), "x"))
                .expectError(ConnectFailedException.class)
                .verify(PATIENCE);
    }

    @Test
    void anHttpProxyIsGivenItsCredentials() throws Exception {
        serve(false, false);
        try (TinyProxy proxy = new TinyProxy(false, server.port())) {
            ProxyOptions options = ProxyOptions.http("127.0.0.1", proxy.port()).credentials("user", "S3CR3T");
            NetOptions net = NetOptions.builder().proxy(options).build();

            assertThat(echo(net, WebSocketOptions.defaults(), "ws://gateway.invalid/ws?t=S3CR3T", "via")
                            .block(PATIENCE))
                    .isEqualTo("via");
            assertThat(proxy.asked.get(0))
                    .startsWith("CONNECT gateway.invalid:80 ")
                    .containsIgnoringCase("proxy-authorization: Basic dXNlcjpTM0NSM1Q=");
            Secrets.assertNoneIn(net.toString());
        }
    }

    @Test
    void aSocksProxyIsGivenItsCredentials() throws Exception {
        serve(false, false);
        try (TinyProxy proxy = new TinyProxy(true, server.port())) {
            ProxyOptions options =
                    ProxyOptions.socks5("127.0.0.1", proxy.port()).credentials("user", "S3CR3T");
            NetOptions net = NetOptions.builder().proxy(options).build();

            assertThat(echo(net, WebSocketOptions.defaults(), "ws://gateway.invalid/ws?t=S3CR3T", "via")
                            .block(PATIENCE))
                    .isEqualTo("via");
            assertThat(proxy.asked.get(0)).contains("user").contains("S3CR3T");
            assertThat(proxy.asked.get(1)).contains("gateway.invalid");
        }
    }

    @Test
    void compressedMessagesAreInflatedUpToTheLimit() throws Exception {
        serve(false, true);
        WebSocketOptions options = WebSocketOptions.builder()
                .compression(true)
                .maxMessageBytes(20_000)
                .build();

        assertThat(echo(NetOptions.defaults(), options, address("ws", "127.0.0.1"), "20000")
                        .block(PATIENCE))
                .hasSize(20_000);
        StepVerifier.create(echo(NetOptions.defaults(), options, address("ws", "127.0.0.1"), "20001"))
                .expectError(FrameTooLargeException.class)
                .verify(PATIENCE);
    }

    @Test
    void anHttpRequestCarriesItsSecretsToTheServerOnly() {
        Sinks.One<String> seen = Sinks.one();
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> {
                    seen.tryEmitValue(
                            request.uri() + " " + request.requestHeaders().get("Authorization"));
                    return response.status(204).send();
                })
                .bindNow(PATIENCE);
        SecretUri target = SecretUri.of("http://127.0.0.1:" + server.port() + "/v1/a%20b?key=S3CR3T");
        WireSecrets secrets = WireSecrets.of(target, Map.of("Authorization", "Bearer S3CR3T"));

        Integer status = secrets.applyTo(NetOptions.defaults().httpClient(ConnectionProvider.newConnection()))
                .get()
                .uri(secrets.visibleUri())
                .responseSingle((response, body) -> Mono.just(response.status().code()))
                .block(PATIENCE);

        assertThat(status).isEqualTo(204);
        assertThat(seen.asMono().block(PATIENCE)).isEqualTo("/v1/a%20b?key=S3CR3T Bearer S3CR3T");
        Secrets.assertNoneIn(secrets.toString() + secrets.visibleUri());
    }

    @Test
    void badValuesAreNamed() {
        NetOptions.Builder builder = NetOptions.builder();

        assertThatThrownBy(() -> builder.connectTimeout(Duration.ZERO))
                .isInstanceOfSatisfying(
                        InvalidOptionException.class,
                        e -> assertThat(e.option()).isEqualTo("net.connectTimeout"));
        assertThatThrownBy(() -> builder.trustedCertificates(new ByteArrayInputStream(new byte[0])))
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> builder.trustedCertificates(dir.resolve("missing.pem")))
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> ProxyOptions.http("proxy", 0)).isInstanceOf(InvalidOptionException.class);
    }
}
