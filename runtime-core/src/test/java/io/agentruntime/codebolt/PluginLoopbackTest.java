package io.agentruntime.codebolt;

import static io.agentruntime.codebolt.PluginScenario.PLUGIN_ID;
import static io.agentruntime.codebolt.PluginScenario.SUPPORT;
import static io.agentruntime.codebolt.PluginScenario.TOKEN;
import static io.agentruntime.codebolt.PluginScenario.message;
import static io.agentruntime.codebolt.PluginScenario.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.connection.DelayStrategy;
import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.CredentialsRefusedException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.NotConnectedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.codebolt.Dialect;
import io.agentruntime.testkit.codebolt.EmbeddedCodeboltServer;
import io.agentruntime.testkit.codebolt.ReceivedMessage;
import io.agentruntime.testkit.server.WireFaults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The same over real sockets. The guard of the test run sees every log line, also Netty's at TRACE: neither the plugin's id
 * nor its token may be in one.
 */
class PluginLoopbackTest {

    /** Never reached unless something is broken. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private EmbeddedCodeboltServer server;
    private CodeboltPlugin plugin;

    private void start(Dialect dialect) {
        server = EmbeddedCodeboltServer.builder()
                .credentials(PLUGIN_ID, TOKEN)
                .dialect(dialect)
                .requestIds(dialect == Dialect.RESPONDS)
                .contentAtTopLevel(dialect == Dialect.RESPONDS)
                .start()
                .block(LIMIT);
    }

    private CodeboltPlugin plugin(UnaryOperator<CodeboltPluginBuilder> options) {
        plugin = options.apply(
                        server.plugin().reconnect(r -> r.strategy(DelayStrategy.table(List.of(Duration.ofMillis(20))))))
                .build();
        return plugin;
    }

    private CodeboltPlugin connected(UnaryOperator<CodeboltPluginBuilder> options) {
        plugin(options).connect().block(LIMIT);
        return plugin;
    }

    @AfterEach
    void closeAll() {
        if (plugin != null) {
            plugin.close().block(LIMIT);
        }
        server.close().block(LIMIT);
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aWholeConversation(Dialect dialect) {
        start(dialect);
        connected(options -> options.acknowledgeReplies(true));
        server.onRoute(asked -> {
            String chat = asked.path("externalThreadId").asString();
            server.reply(to("channel-1", chat), "Hello", new Attachment("image", "https://x.test/1.png", null, null));
            server.reply(to("channel-1", chat), "and goodbye");
        });
        RegisteredChannel channel = plugin.gateway().registerChannel(SUPPORT).block(LIMIT);
        Flux<GatewayReply> replies = channel.replies().replay().autoConnect(0);
        List<String> handled = Collections.synchronizedList(new ArrayList<>());
        plugin.gateway().onReply(reply -> Mono.fromRunnable(() -> handled.add(reply.text())));

        RoutingResult result = plugin.gateway().route(message("Hi")).block(LIMIT);
        List<GatewayReply> two = replies.take(2).collectList().block(LIMIT);
        server.receivedStream()
                .filter(message -> message.type().equals("gateway.routeAck"))
                .take(2)
                .blockLast(LIMIT);
        plugin.dynamicPanel().open(Panel.ofHtml("p", "t", "<i/>")).block(LIMIT);
        plugin.kvStore("i", "n").set("k", Map.of("a", 1)).block(LIMIT);

        assertThat(result.action()).isEqualTo(RoutingResult.SPAWNED_NEW);
        assertThat(two.stream().map(GatewayReply::text)).containsExactly("Hello", "and goodbye");
        assertThat(handled).containsExactly("Hello", "and goodbye");
        assertThat(plugin.kvStore("i", "n").get("k").block(LIMIT).text()).isEqualTo("{\"a\":1}");
        assertThat(server.handshakes().get(0).query())
                .containsOnlyKeys("pluginId", "pluginToken", "id")
                .containsEntry("pluginId", PLUGIN_ID)
                .containsEntry("pluginToken", TOKEN);
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aThousandRoutesOverTenRestartsEachHaveAResultOrATypedFailure(Dialect dialect) {
        start(dialect);
        connected(options -> options.sendPatience(Duration.ofMillis(200)));
        RegisteredChannel channel = plugin.gateway().registerChannel(SUPPORT).block(LIMIT);
        List<Object> outcomes = new ArrayList<>();

        for (int restart = 0; restart < 10; restart++) {
            int registrations = server.received("gateway.registerChannel").size();
            Mono<Void> again = server.restart(restart % 2 == 0, Duration.ofMillis(50L));
            Mono<List<Object>> routes = Flux.range(0, 100)
                    .flatMap(
                            i -> plugin.gateway()
                                    .route(message("route " + i))
                                    .cast(Object.class)
                                    .onErrorResume(Mono::<Object>just),
                            10)
                    .collectList();
            outcomes.addAll(
                    Mono.zip(routes, again.thenReturn(true)).block(LIMIT).getT1());
            // Until then the plugin may not have noticed anything, and be connected still.
            Flux.interval(Duration.ofMillis(5))
                    .filter(tick -> server.received("gateway.registerChannel").size() > registrations)
                    .blockFirst(LIMIT);
            plugin.connect().block(LIMIT);
        }

        assertThat(outcomes)
                .hasSize(1_000)
                .allMatch(outcome -> outcome instanceof RoutingResult
                        || outcome instanceof SessionEndedException
                        || outcome instanceof NotConnectedException
                        || outcome instanceof ConnectionLostException);
        assertThat(server.received("gateway.registerChannel").size()).isGreaterThanOrEqualTo(11);
        assertThat(firstOnEachSocket().values())
                .as("what a session says before anybody may use it")
                .containsOnly("gateway.registerChannel");
        Mono<GatewayReply> late = channel.replies().next().cache();
        late.subscribe();
        server.reply(to("channel-1", "chat"), "for the first id");
        assertThat(late.block(LIMIT).text()).isEqualTo("for the first id");
    }

    private Map<Integer, String> firstOnEachSocket() {
        return server.received().stream()
                .collect(Collectors.toMap(ReceivedMessage::socket, ReceivedMessage::type, (first, later) -> first));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aTokenRefusedAtTheHandshakeIsTerminal(int status) {
        start(Dialect.ACKNOWLEDGES);
        connected(options -> options);
        server.faults().refuseUpgrades(status, WireFaults.ALWAYS);

        server.faults().dropAllSockets();
        Failed failed = plugin.state().ofType(Failed.class).blockFirst(LIMIT);

        assertThat(failed.cause()).isInstanceOf(HandshakeException.class);
        Secrets.assertNoneIn(failed.cause());
    }

    @Test
    void aWrongTokenIsRefused() {
        start(Dialect.ACKNOWLEDGES);
        plugin(options -> options.pluginToken("wrong-" + Secrets.MARKER));

        Throwable error = catchThrowable(() -> plugin.connect().block(LIMIT));

        assertThat(error).isInstanceOf(HandshakeException.class).hasMessageContaining("401");
        Secrets.assertNoneIn(error);
    }

    @ParameterizedTest
    @ValueSource(ints = {1008, 4001})
    void aTokenRefusedByACloseBeforeTheStartMessageIsTerminal(int code) {
        start(Dialect.ACKNOWLEDGES);
        server.faults().closeBeforeStart(code);
        plugin(options -> options.reconnect(r -> r.retryInitialConnect(true)));

        Throwable error = catchThrowable(() -> plugin.connect().block(LIMIT));

        assertThat(error).isInstanceOf(CredentialsRefusedException.class);
        Secrets.assertNoneIn(error);
        assertThat(server.handshakes()).hasSize(1);
    }

    @Test
    void aServerThatIsNotThereIsAnErrorWithoutSecrets() {
        start(Dialect.ACKNOWLEDGES);
        server.stop(true).block(LIMIT);
        plugin(options -> options);

        Throwable error = catchThrowable(() -> plugin.connect().block(LIMIT));

        assertThat(error).isInstanceOf(ConnectFailedException.class);
        Secrets.assertNoneIn(error);
    }

    @Test
    void handlersMayBlockAndDoNotHoldUpEachOther() {
        start(Dialect.ACKNOWLEDGES);
        connected(options -> options);
        CountDownLatch both = new CountDownLatch(2);
        plugin.gateway().onReply(reply -> Mono.fromRunnable(() -> meet(both)));

        server.reply(to("c", "chat-1"), "one");
        server.reply(to("c", "chat-2"), "two");

        meetAsTest(both);
        assertThat(plugin.gateway().route(message("x")).block(LIMIT).success()).isTrue();
    }

    /** Each waits here for the other one. */
    private static void meet(CountDownLatch both) {
        both.countDown();
        meetAsTest(both);
    }

    private static void meetAsTest(CountDownLatch both) {
        try {
            assertThat(both.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aMessageThatIsTooLargeEndsTheSessionAndItComesBack() {
        start(Dialect.ACKNOWLEDGES);
        connected(options -> options.webSocket(w -> w.maxMessageBytes(10_000)));

        Mono<Reconnecting> lost =
                plugin.state().ofType(Reconnecting.class).next().cache();
        lost.subscribe();
        server.faults().oversizedFrame(20_000);

        lost.block(LIMIT);
        plugin.state().ofType(Connected.class).blockFirst(LIMIT);
        assertThat(plugin.gateway().route(message("x")).block(LIMIT).success()).isTrue();
    }
}
