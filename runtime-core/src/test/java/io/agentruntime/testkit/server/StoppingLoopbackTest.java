package io.agentruntime.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.HttpReply;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.net.NetOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** What is on its way in when a server goes down. */
class StoppingLoopbackTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String HEAD = "HTTP/1.1 101 ";

    /** Notes what arrives and what it is asked to act on. */
    private final class Noting implements ServerProtocol {
        private final Confined confined = new Confined();
        private final List<String> arrived = new CopyOnWriteArrayList<>();
        private final List<String> acted = new CopyOnWriteArrayList<>();

        @Override
        public void arrived(ServerRequest request) {
            arrived.add(request.path());
        }

        @Override
        public Mono<Handshake> handshake(ServerRequest request) {
            acted.add(request.path());
            return Mono.just(new Handshake.Accept(socket -> {
                socket.binary(new byte[64 << 20]);
                return new Closing();
            }));
        }

        @Override
        public Mono<HttpOutcome> http(ServerRequest request) {
            acted.add(request.path());
            return Mono.just(new HttpOutcome.Whole(new HttpReply(200, Map.of(), new byte[0])));
        }
    }

    private final class Closing implements SocketHandler {

        @Override
        public void received(byte[] payload, boolean binary) {}

        @Override
        public void closing(int code, String reason) {
            closing.tryEmitEmpty();
        }
    }

    private final Sinks.Empty<Void> closing = Sinks.empty();
    private final Noting protocol = new Noting();
    private final LoopResources loops = LoopResources.create("stopping", 1, 1, true);
    private EmbeddedServer server;

    @BeforeEach
    void start() {
        server = EmbeddedServer.onLoopback(
                protocol, protocol.confined, ServerSettings.defaults().withLoops(loops));
        server.start().block(LIMIT);
    }

    @AfterEach
    void stop() {
        server.stop(null).block(LIMIT);
        loops.disposeLater(Duration.ZERO, LIMIT).block(LIMIT);
    }

    @Test
    void aConnectionThatIsTakenAtTheLastMomentIsClosed() throws IOException {
        AtomicBoolean busy = new AtomicBoolean(true);
        loops.onServer(true)
                .execute(
                        () -> { // whoever comes in now waits to be looked at
                            while (busy.get()) {
                                // Not even a spin hint, which counts as blocking.
                            }
                        });
        try (Socket client = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(server.url()).getPort())) {
            client.setSoTimeout((int) LIMIT.toMillis());
            for (int look = 0; look < 2; look++) { // so that it has come in
                Mono.empty()
                        .subscribeOn(Schedulers.fromExecutor(loops.onServerSelect(true)))
                        .block(LIMIT);
            }

            server.stop(null).block(LIMIT);
            busy.set(false);

            assertThat(endOf(client)).isNegative();
        } finally {
            busy.set(false);
        }
    }

    /** It says goodbye, and nothing more goes out to it: not the answer to that either. */
    @Test
    void aPeerThatReadsNothingIsCutOff() throws IOException {
        try (Socket client = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(server.url()).getPort())) {
            OutputStream out = client.getOutputStream();
            out.write((String.join(
                                    "\r\n",
                                    "GET / HTTP/1.1",
                                    "Host: localhost",
                                    "Connection: Upgrade",
                                    "Upgrade: websocket",
                                    "Sec-WebSocket-Version: 13",
                                    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            client.setSoTimeout((int) LIMIT.toMillis());
            assertThat(client.getInputStream().readNBytes(HEAD.length()))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo(HEAD);
            byte[] unmasked = new byte[4];
            out.write(new byte[] {(byte) 0x88, (byte) 0x80});
            out.write(unmasked);
            closing.asMono().block(LIMIT);

            server.stop(null).block(LIMIT);
        }
    }

    private static int endOf(Socket client) throws IOException {
        try {
            return client.getInputStream().read();
        } catch (SocketException reset) {
            return -1;
        }
    }

    @Test
    void aCallThatIsStalledIsOverBeforeTheStopIs() {
        WireFaults faults = new WireFaults(server);
        faults.stallHttp("/call", true);

        stopsBeforeItActs(faults, "POST", Map.of());
    }

    @Test
    void aHandshakeThatIsStalledIsOverBeforeTheStopIs() {
        WireFaults faults = new WireFaults(server);
        faults.stallUpgrades(true);

        stopsBeforeItActs(faults, "GET", Map.of("Connection", "Upgrade", "Upgrade", "websocket"));
    }

    private void stopsBeforeItActs(WireFaults faults, String method, Map<String, String> headers) {
        ReactorHttpExchange client =
                ReactorHttpExchange.create(NetOptions.defaults(), HttpOptions.defaults(), Schedulers.parallel());
        client.exchange(new HttpCall(method, URI.create(server.url() + "/call"), headers, null, LIMIT, 1))
                .subscribe(reply -> {}, error -> {});
        Flux.interval(Duration.ofMillis(5))
                .onBackpressureDrop()
                .filter(tick -> !protocol.arrived.isEmpty())
                .blockFirst(LIMIT);

        // At the moment at which it has stopped, wherever that is.
        server.stop(null).doOnSuccess(stopped -> faults.reset()).block(LIMIT);

        assertThat(protocol.acted).isEmpty();
        client.close().block(LIMIT);
    }
}
