package io.agentruntime.transport.sockjs;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.testkit.server.Confined;
import io.agentruntime.testkit.server.EmbeddedServer;
import io.agentruntime.testkit.server.Handshake;
import io.agentruntime.testkit.server.HttpOutcome;
import io.agentruntime.testkit.server.ServerProtocol;
import io.agentruntime.testkit.server.ServerRequest;
import io.agentruntime.testkit.server.ServerSettings;
import io.agentruntime.testkit.server.ServerSocket;
import io.agentruntime.testkit.server.SockJsEndpoint;
import io.agentruntime.testkit.server.SockJsSettings;
import io.agentruntime.testkit.server.SocketHandler;
import io.agentruntime.testkit.server.WireFaults;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A SockJS service at {@code /echo} that does with a message what a test wants; it sends it back unless told otherwise. */
final class EchoService implements ServerProtocol {

    static final Duration LIMIT = Duration.ofSeconds(30);

    final List<ServerRequest> requests = new CopyOnWriteArrayList<>();
    final List<ServerSocket> opened = new CopyOnWriteArrayList<>();
    final List<String> received = new CopyOnWriteArrayList<>();
    final List<String> ends = new CopyOnWriteArrayList<>();
    final EmbeddedServer server;
    final WireFaults faults;
    final SockJsEndpoint endpoint;

    volatile BiConsumer<ServerSocket, String> onMessage = ServerSocket::text;
    volatile BiConsumer<ServerRequest, ServerSocket> onOpen = (request, socket) -> {};

    private EchoService(SockJsSettings settings, @Nullable Scheduler scheduler) {
        Confined confined = new Confined();
        endpoint = new SockJsEndpoint("/echo", settings, this::open);
        server = scheduler == null
                ? EmbeddedServer.onLoopback(this, confined, ServerSettings.defaults())
                : EmbeddedServer.inMemory(this, confined, ServerSettings.defaults(), scheduler);
        endpoint.attach(server);
        faults = new WireFaults(server);
    }

    static EchoService onLoopback(SockJsSettings settings) {
        EchoService service = new EchoService(settings, null);
        service.server.start().block(LIMIT);
        return service;
    }

    static EchoService inMemory(SockJsSettings settings, Scheduler scheduler) {
        return new EchoService(settings, scheduler);
    }

    String url() {
        return server.url() + "/echo";
    }

    ServerSocket socket() {
        return opened.get(opened.size() - 1);
    }

    void close() {
        server.stop(null).block(LIMIT);
    }

    void stop(@Nullable CloseStatus goodbye) {
        server.stop(goodbye).block(LIMIT);
    }

    /** The last segments of the paths that were asked for, in order. */
    List<String> paths() {
        return requests.stream()
                .map(request -> request.path().replaceAll(".*/", ""))
                .toList();
    }

    private SocketHandler open(ServerRequest request, ServerSocket socket) {
        opened.add(socket);
        onOpen.accept(request, socket);
        return new SocketHandler() {
            @Override
            public void received(byte[] payload, boolean binary) {
                String text = new String(payload, StandardCharsets.UTF_8);
                received.add(binary ? "binary:" + text : text);
                onMessage.accept(socket, text);
            }

            @Override
            public void pinged() {
                received.add("<ping>");
            }

            @Override
            public void closing(int code, String reason) {
                ends.add("closing " + code + " " + reason);
            }

            @Override
            public void closed() {
                ends.add("closed");
            }
        };
    }

    @Override
    public void arrived(ServerRequest request) {
        requests.add(request);
    }

    @Override
    public Mono<Handshake> handshake(ServerRequest request) {
        return endpoint.serves(request) ? endpoint.handshake(request) : Mono.just(Handshake.Refuse.of(404));
    }

    @Override
    public Mono<HttpOutcome> http(ServerRequest request) {
        return endpoint.serves(request) ? endpoint.http(request) : Mono.just(new HttpOutcome.HangUp());
    }

    @Override
    public void stopped() {
        endpoint.stopped();
    }
}
