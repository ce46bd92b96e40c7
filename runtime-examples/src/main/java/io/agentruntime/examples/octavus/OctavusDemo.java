package io.agentruntime.examples.octavus;

import io.agentruntime.net.NetOptions;
import io.agentruntime.octavus.ChatState;
import io.agentruntime.octavus.OctavusChat;
import io.agentruntime.octavus.OctavusSocketBuilder;
import io.agentruntime.octavus.OctavusSocketTransport;
import io.agentruntime.octavus.OctavusTransport;
import io.agentruntime.testkit.octavus.DemoAgent;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServer;
import io.agentruntime.transport.WebSocketOptions;
import io.agentruntime.transport.sockjs.SockJsConnector;
import io.agentruntime.transport.sockjs.SockJsOptions;
import io.agentruntime.transport.sockjs.SockJsTransport;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Chats with an agent, over each kind of socket. */
public final class OctavusDemo {

    /** The environment variable with the address of a real server's socket. */
    public static final String URL = "OCTAVUS_URL";

    /** Every step has a limit of its own; this one is for what nobody thought of. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final Duration PACE = Duration.ofMillis(20);

    private final Terminal terminal;

    private OctavusDemo(Terminal terminal) {
        this.terminal = terminal;
    }

    /** A kind of socket. */
    private record Way(String name, Supplier<OctavusSocketBuilder> socket) {}

    /**
     * Runs on the embedded server or, with {@value #URL} set, on a real one. Blocks until it is over, which is fine in a main
     * method and nowhere else.
     *
     * @return what was shown
     * @throws IllegalStateException when something that it claims did not happen
     */
    public static String run(Map<String, String> environment, PrintStream out) {
        OctavusDemo demo = new OctavusDemo(new Terminal(out));
        String url = environment.getOrDefault(URL, "");
        return (url.isEmpty() ? demo.embedded() : demo.real(url))
                .blockOptional(LIMIT)
                .orElseThrow();
    }

    private Mono<String> embedded() {
        return Mono.usingWhen(
                EmbeddedOctavusServer.builder()
                        .agent(new DemoAgent(PACE, Schedulers.parallel()))
                        .start(),
                server -> Flux.fromIterable(ways(server))
                        .concatMap(way -> visit(way, server))
                        .collectList()
                        .map(names -> "a chat over " + String.join(", ", names)
                                + ": streamed text, tools of the server and the client, an answer of the user, a stop, a loss"
                                + " in mid-stream and the way back, custom events"),
                EmbeddedOctavusServer::close);
    }

    private static List<Way> ways(EmbeddedOctavusServer server) {
        return List.of(
                new Way("WebSocket", () -> OctavusTransport.socket(server.socketUrl())),
                new Way("SockJS", () -> sockJs(server, SockJsOptions.defaults())),
                new Way(
                        "polling alone",
                        () -> sockJs(
                                server,
                                SockJsOptions.builder()
                                        .transports(SockJsTransport.XHR_POLLING)
                                        .build())));
    }

    private static OctavusSocketBuilder sockJs(EmbeddedOctavusServer server, SockJsOptions options) {
        return OctavusTransport.socket(server.sockJsUrl())
                .connector(SockJsConnector.of(NetOptions.defaults(), options, WebSocketOptions.defaults()));
    }

    private Mono<String> visit(Way way, EmbeddedOctavusServer server) {
        terminal.title("Over " + way.name());
        return Mono.usingWhen(
                Mono.fromSupplier(() -> way.socket().get().build()),
                transport ->
                        new Conversation(transport, server, terminal).play().thenReturn(way.name()),
                OctavusSocketTransport::close);
    }

    /** Says hello to a real agent, and prints what comes. */
    private Mono<String> real(String url) {
        terminal.title("A real server");
        return Mono.usingWhen(
                Mono.fromSupplier(() -> OctavusTransport.socket(url).build()),
                transport -> {
                    OctavusChat chat = OctavusChat.builder(transport).build();
                    transport.connectionState().subscribe(terminal::state);
                    chat.changes().subscribe(terminal::change);
                    return chat.say("Hello")
                            .map(ChatState::messages)
                            .map(messages -> "a turn on a real server, " + messages.size() + " messages");
                },
                OctavusSocketTransport::close);
    }
}
