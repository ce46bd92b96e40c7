package io.agentruntime.examples.codebolt;

import io.agentruntime.codebolt.CodeboltPlugin;
import io.agentruntime.codebolt.KvStore;
import io.agentruntime.codebolt.MessageChunker;
import io.agentruntime.codebolt.Panel;
import io.agentruntime.codebolt.RegisteredChannel;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.examples.quickstart.Screen;
import io.agentruntime.runner.PluginRunner;
import io.agentruntime.testkit.codebolt.Dialect;
import io.agentruntime.testkit.codebolt.EmbeddedCodeboltServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The bridge on an embedded server: three users, a restart, panel and store, and the end by SIGTERM. Checks what it claims. */
final class EmbeddedStory {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration DOWN = Duration.ofMillis(800);

    private final Screen screen;
    private final Mono<Void> terminate;

    /** @param terminate sends SIGTERM to this process */
    EmbeddedStory(Screen screen, Mono<Void> terminate) {
        this.screen = screen;
        this.terminate = terminate;
    }

    Mono<String> play() {
        return Mono.usingWhen(
                EmbeddedCodeboltServer.builder()
                        .dialect(Dialect.RESPONDS)
                        .start(Map.of("name", "demo-chat"), Map.of("botName", "Demo bot"))
                        .start(),
                this::play,
                EmbeddedCodeboltServer::close);
    }

    private Mono<String> play(EmbeddedCodeboltServer server) {
        server.onRoute(new Agent(server)::hear);
        CodeboltPlugin plugin = server.plugin()
                .sendPatience(Duration.ofSeconds(10))
                .reconnect(r -> r.initialDelay(Duration.ofMillis(200)).maxDelay(Duration.ofSeconds(1)))
                .build();
        ChatPlatform platform = new ChatPlatform(screen);
        Bridge bridge = new Bridge(plugin, platform, screen);
        plugin.lifecycle().onStop(() -> Mono.fromRunnable(() -> screen.line("plugin", "saves what it has to save")));

        Mono<Integer> run = PluginRunner.builder()
                .start(Mono.defer(() -> bridge.start("demo-agent")).doOnNext(bridge::run))
                .stop(plugin.close())
                .build()
                .running()
                .cache();
        run.subscribe();

        screen.title("A plugin connects");
        return started(plugin)
                .then(Mono.defer(() -> threeUsers(platform)))
                .flatMap(chunks -> restart(server, plugin, platform).thenReturn(chunks))
                .flatMap(chunks -> panelAndStore(plugin, server).thenReturn(chunks))
                .flatMap(chunks -> stop(server, run).thenReturn(chunks))
                .map(
                        chunks -> "three users talked to an agent, one got " + chunks
                                + " chunks of a long answer and one a picture, the server was away for "
                                + DOWN.toMillis()
                                + " ms and nothing was lost, a panel and a value were kept, and SIGTERM ended the plugin in good order");
    }

    private Mono<Void> started(CodeboltPlugin plugin) {
        return waited(plugin.lifecycle().starts().next(), "be started")
                .doOnNext(start -> screen.line(
                        "plugin",
                        "is started as " + start.config().orElseThrow().string("botName")))
                .then(waited(
                        Flux.interval(Duration.ofMillis(10))
                                .filter(tick -> !plugin.gateway().channels().isEmpty())
                                .next(),
                        "register its channel"))
                .then();
    }

    private Mono<Integer> threeUsers(ChatPlatform platform) {
        screen.title("Three users, three conversations");
        List<String> chunks = MessageChunker.of(ChatPlatform.LONGEST_POST).split(Agent.longAnswer());
        List<String> explained = new ArrayList<>(List.of("One moment."));
        explained.addAll(chunks);
        platform.beBusyOnce("chat-b");
        platform.say("anna", "chat-a", "Hello");
        platform.say("bela", "chat-b", "Show me a picture");
        platform.say("cleo", "chat-c", "Please explain it");
        return Mono.zip(
                        expect(platform, "chat-a", List.of("You said: Hello")),
                        // The first post was refused, so the whole reply came again.
                        expect(
                                platform,
                                "chat-b",
                                List.of("Here it is.", "[picture] https://pictures.example/cat.png")),
                        expect(platform, "chat-c", explained))
                .thenReturn(chunks.size());
    }

    private Mono<Void> restart(EmbeddedCodeboltServer server, CodeboltPlugin plugin, ChatPlatform platform) {
        screen.title("The server goes down for " + DOWN.toMillis() + " ms");
        RegisteredChannel channel = plugin.gateway().channels().get(0);
        String idBefore = channel.id();
        Mono<Void> lost = waited(plugin.state().ofType(Reconnecting.class).next(), "lose the server")
                .then();
        return Mono.when(
                        lost,
                        server.restart(true, DOWN)
                                .and(lost.then(Mono.fromRunnable(
                                        () -> platform.say("anna", "chat-a", "Are you still there?")))))
                .then(waited(plugin.state().ofType(Connected.class).next(), "be connected again"))
                .then(expect(platform, "chat-a", List.of("You said: Hello", "You said: Are you still there?")))
                .then(Mono.fromRunnable(() -> {
                    check(!channel.id().equals(idBefore), "the channel has no new id");
                    screen.line("plugin", "has its channel as " + channel.id() + " now, it was " + idBefore);
                }));
    }

    private Mono<Void> panelAndStore(CodeboltPlugin plugin, EmbeddedCodeboltServer server) {
        screen.title("A panel and a value");
        KvStore store = plugin.kvStore("demo-chat", "settings").autoCreate();
        return plugin.dynamicPanel()
                .open(Panel.ofHtml("status", "Demo chat", "<p>three chats</p>"))
                .then(store.set("greeting", "Hello"))
                .then(store.get("greeting", String.class))
                .doOnNext(value -> {
                    check(value.equals("Hello"), "the store has lost the value");
                    check(server.panels().containsKey("status"), "the panel is not open");
                    screen.line("plugin", "has opened a panel, and finds its value again");
                })
                .then();
    }

    private Mono<Void> stop(EmbeddedCodeboltServer server, Mono<Integer> run) {
        screen.title("The server asks it to stop, and sends SIGTERM");
        server.requestStop();
        return waited(
                        server.receivedStream()
                                .filter(message -> message.type().equals("pluginStopResponse"))
                                .next(),
                        "answer the request to stop")
                .doOnNext(answer -> check(answer.json().path("success").asBoolean(), "the plugin could not stop"))
                .then(terminate)
                .then(waited(run, "stop"))
                .doOnNext(status -> {
                    check(status == PluginRunner.SUCCESS, "the runner ended with " + status);
                    check(server.sockets() == 0, "a socket is still open");
                    screen.line("plugin", "has stopped");
                })
                .then();
    }

    private static Mono<List<String>> expect(ChatPlatform platform, String chat, List<String> texts) {
        return waited(
                        platform.posts(chat).take(texts.size()).collectList(),
                        "see " + texts.size() + " posts in " + chat)
                .doOnNext(posts -> check(posts.equals(texts), chat + " shows something else: " + posts));
    }

    private static <T> Mono<T> waited(Mono<T> event, String what) {
        return event.timeout(
                PATIENCE, Mono.error(() -> new IllegalStateException("The plugin did not " + what + " in time")));
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException("It failed: " + otherwise);
        }
    }
}
