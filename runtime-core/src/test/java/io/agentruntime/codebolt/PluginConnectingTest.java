package io.agentruntime.codebolt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.connection.DelayStrategy;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.CredentialsRefusedException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.LivenessTimeoutException;
import io.agentruntime.error.NotConnectedException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.server.WireFaults;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Connecting, being refused, being lost, and coming back, in virtual time. */
class PluginConnectingTest extends PluginScenario {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    // A token that is refused

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aTokenRefusedAtTheHandshakeFailsTheFirstConnect(int status) {
        server.faults().refuseUpgrades(status, WireFaults.ALWAYS);
        CodeboltPlugin plugin = plugin(options -> options.reconnect(r -> r.retryInitialConnect(true)));

        Throwable error = failure(plugin.connect());

        assertThat(error).isInstanceOf(HandshakeException.class);
        Secrets.assertNoneIn(error);
        assertThat(plugin.currentState()).isInstanceOf(Failed.class);
        pass(MINUTE);
        assertThat(server.handshakes()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1008, 4000, 4001, 4999})
    void aCloseBeforeTheStartMessageIsTerminal(int code) {
        server.faults().closeBeforeStart(code);
        CodeboltPlugin plugin = plugin(options -> options.reconnect(r -> r.retryInitialConnect(true)));

        Throwable error = failure(plugin.connect());

        assertThat(error)
                .isInstanceOf(CredentialsRefusedException.class)
                .hasMessageContaining("pluginToken")
                .hasCauseInstanceOf(ConnectionLostException.class);
        Secrets.assertNoneIn(error);
        assertThat(plugin.currentState()).isInstanceOf(Failed.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1001, 1011, 1006, 3000})
    void anyOtherCloseBeforeTheStartMessageIsTriedAgain(int code) {
        if (code == 1006) {
            server.faults().dropAfterAccept(true);
        } else {
            server.faults().closeBeforeStart(code);
        }
        CodeboltPlugin plugin = plugin(options -> options.reconnect(r -> r.retryInitialConnect(true)));
        Seen<PluginSession> session = watch(plugin.connect());
        second();
        assertThat(plugin.currentState()).isInstanceOf(Reconnecting.class);

        server.faults().reset();
        pass(MINUTE);
        assertThat(session.values).hasSize(1);
    }

    @Test
    void aTokenThatIsRefusedAfterALossEndsTheStreams() {
        CodeboltPlugin plugin = connected();
        Seen<GatewayReply> replies = watch(plugin.gateway().replies());
        Seen<PluginStart> starts = watch(plugin.lifecycle().starts());
        server.faults().refuseUpgrades(401, WireFaults.ALWAYS);

        server.faults().dropAllSockets();
        pass(MINUTE);

        assertThat(plugin.currentState()).isInstanceOf(Failed.class);
        assertThat(replies.error).isInstanceOf(HandshakeException.class);
        assertThat(starts.error).isInstanceOf(HandshakeException.class);
        server.faults().reset();
        await(plugin.connect());
        assertThat(plugin.currentState()).isInstanceOf(Connected.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1008, 4001})
    void theSameCodesAfterTheStartMessageAreALossLikeAnyOther(int code) {
        CodeboltPlugin plugin = connected();

        server.faults().closeAll(code, "too many messages");
        pass(MINUTE);

        assertThat(plugin.currentState()).isInstanceOf(Connected.class);
        assertThat(server.handshakes()).hasSize(2);
    }

    @Test
    void aSuppliedTokenIsAskedForAtEachConnectAndOnceMoreWhenItIsRefused() {
        Queue<String> supplied = new ArrayDeque<>(List.of("old-" + Secrets.MARKER, TOKEN, TOKEN));
        CodeboltPlugin plugin = plugin(options ->
                options.pluginToken(Mono.fromSupplier(supplied::remove)).reconnect(r -> r.retryInitialConnect(true)));

        await(plugin.connect(), MINUTE);
        server.faults().dropAllSockets();
        pass(MINUTE);

        assertThat(plugin.currentState()).isInstanceOf(Connected.class);
        assertThat(supplied).isEmpty();
    }

    // The start message

    @Test
    void withoutAStartMessageThereIsNoSession() {
        server.faults().withholdStart(true);
        CodeboltPlugin plugin = plugin(options -> options.startTimeout(Duration.ofSeconds(3)));
        Seen<PluginSession> session = watch(plugin.connect());

        pass(Duration.ofMillis(2_999));
        assertThat(session.error).isNull();
        pass(Duration.ofMillis(1));

        assertThat(session.error).isInstanceOf(TimeLimitException.class).hasMessageContaining("start message");
        second();
        assertThat(server.sockets()).isZero();
    }

    @Test
    void theStartMessageOfEachSessionIsEmitted() {
        CodeboltPlugin plugin = connected();
        Seen<PluginStart> starts = watch(plugin.lifecycle().starts());

        server.faults().dropAllSockets();
        pass(MINUTE);

        assertThat(starts.values).hasSize(2);
        assertThat(starts.last().toString()).doesNotContain("Bob");
    }

    // Losses

    @Test
    void afterALossItComesBackWithFullJitterWithoutEnd() {
        CodeboltPlugin plugin = connected(options -> options.random(new java.util.Random(1)));
        Seen<ConnectionState> states = watch(plugin.state());
        server.faults().refuseUpgrades(503, 100);

        server.faults().dropAllSockets();
        pass(Duration.ofHours(3));

        assertThat(plugin.currentState()).isInstanceOf(Connected.class);
        List<Reconnecting> retries = states.values.stream()
                .filter(Reconnecting.class::isInstance)
                .map(Reconnecting.class::cast)
                .toList();
        assertThat(retries).hasSize(101);
        for (Reconnecting retry : retries) {
            long ceiling = Math.min(30_000, 1_000L << Math.min(20, retry.attempt() - 1));
            assertThat(retry.delay()).isBetween(Duration.ZERO, Duration.ofMillis(ceiling));
        }
    }

    @Test
    void requestsThatWaitFailWithTheConnection() {
        CodeboltPlugin plugin = connected();
        server.faults().withholdAnswers("gateway.route", true);
        server.faults().withholdAnswers("kvStore.get", true);
        Seen<RoutingResult> route = watch(plugin.gateway().route(message("Hello")));
        Seen<?> get = watch(plugin.kvStore("i", "n").get("k"));
        second();

        server.faults().dropAllSockets();
        second();

        assertThat(route.error).isInstanceOf(SessionEndedException.class).hasMessageContaining("gateway.route");
        assertThat(get.error).isInstanceOf(SessionEndedException.class);
    }

    @Test
    void requestsThatNobodyAnswersFailInTime() {
        CodeboltPlugin plugin = connected(options -> options.registerTimeout(Duration.ofSeconds(2)));
        server.faults().withholdAnswers("gateway.route", true);
        server.faults().withholdAnswers("gateway.registerChannel", true);
        Seen<RoutingResult> route = watch(plugin.gateway().route(message("Hello")));
        Seen<RegisteredChannel> channel = watch(plugin.gateway().registerChannel(SUPPORT));

        pass(Duration.ofSeconds(2));
        assertThat(channel.error).isInstanceOf(TimeLimitException.class);
        pass(Duration.ofSeconds(27).plusMillis(999));
        assertThat(route.error).isNull();
        pass(Duration.ofMillis(1));
        assertThat(route.error).isInstanceOf(TimeLimitException.class);
    }

    @Test
    void whatIsAskedWithoutAConnectionFailsOrWaits() {
        CodeboltPlugin hasty = plugin();
        assertThat(failure(hasty.gateway().route(message("x")))).isInstanceOf(NotConnectedException.class);
        assertThat(failure(hasty.gateway().registerChannel(SUPPORT))).isInstanceOf(NotConnectedException.class);

        CodeboltPlugin patient = connected(options -> options.sendPatience(MINUTE));
        server.faults().dropAllSockets();
        Seen<RoutingResult> result = watch(patient.gateway().route(message("x")));
        pass(Duration.ofSeconds(5));
        assertThat(result.last().success()).isTrue();
    }

    @Test
    void aCancelledRequestIsForgottenAndItsAnswerReported() {
        CodeboltPlugin plugin = connected();
        Seen<? extends Throwable> errors = errorsOf(plugin);
        server.faults().delayAnswers(Duration.ofSeconds(1));

        plugin.gateway().route(message("Hello")).subscribe().dispose();
        Seen<RoutingResult> next = watch(plugin.gateway().route(message("Hello")));
        pass(Duration.ofSeconds(2));

        assertThat(next.values).hasSize(1);
        assertThat(errors.values).hasSize(1);
    }

    @Test
    void aServerThatFallsSilentIsLeft() {
        CodeboltPlugin plugin = connected();
        Seen<ConnectionState> states = watch(plugin.state());

        server.faults().freezeSockets();
        pass(Duration.ofSeconds(61));

        assertThat(states.values)
                .filteredOn(Reconnecting.class::isInstance)
                .first()
                .satisfies(state ->
                        assertThat(((Reconnecting) state).cause()).isInstanceOf(LivenessTimeoutException.class));
        pass(MINUTE);
        assertThat(plugin.currentState()).isInstanceOf(Connected.class);
    }

    @Test
    void aQuietServerThatAnswersPingsIsNot() {
        CodeboltPlugin plugin = connected();

        pass(Duration.ofHours(1));

        assertThat(server.handshakes()).hasSize(1);
        assertThat(plugin.currentState()).isInstanceOf(Connected.class);
    }

    // Leaving

    @Test
    void disconnectSaysGoodbyeAndWinsOverAnAttempt() {
        CodeboltPlugin plugin = connected();
        await(plugin.disconnect());
        assertThat(received("close").json().toString()).contains("1000", "client disconnect");

        server.faults().stallUpgrades(true);
        Seen<PluginSession> attempt = watch(plugin.connect());
        await(plugin.disconnect());
        assertThat(attempt.error).isInstanceOf(DisconnectedException.class);
    }

    @Test
    void closeCompletesEveryStreamForGood() {
        CodeboltPlugin plugin = connected();
        RegisteredChannel channel = await(plugin.gateway().registerChannel(SUPPORT));
        List<Seen<?>> streams = List.of(
                watch(plugin.state()),
                watch(plugin.connectionEvents()),
                watch(plugin.errors()),
                watch(plugin.messages()),
                watch(plugin.messages("x")),
                watch(plugin.lifecycle().starts()),
                watch(plugin.gateway().replies()),
                watch(plugin.gateway().messagesToChannel()),
                watch(plugin.dynamicPanel().messages()),
                watch(plugin.dynamicPanel().messages("p")),
                watch(channel.replies()));
        assertThat(plugin.subscribers()).isNotEmpty();

        await(plugin.close());
        await(plugin.close());

        assertThat(streams).allMatch(stream -> stream.completed);
        assertThat(plugin.subscribers()).isEmpty();
        assertThat(failure(plugin.connect())).isInstanceOf(RuntimeClosedException.class);
        assertThat(failure(plugin.gateway().route(message("x")))).isInstanceOf(RuntimeClosedException.class);
        assertThat(server.sockets()).isZero();
    }

    @Test
    void drainLetsWhatHasArrivedReachItsSubscribers() {
        CodeboltPlugin plugin = connected();
        Seen<GatewayReply> replies = watch(plugin.gateway().replies());
        for (int i = 0; i < 100; i++) {
            server.reply(to("c", "chat"), "reply " + i);
        }

        await(plugin.drain(Duration.ofSeconds(5)));

        assertThat(replies.values).hasSize(100);
    }

    // Options

    @ParameterizedTest
    @CsvSource({
        "localhost, http://localhost:12345",
        "ws://localhost:1, http://localhost:1",
        "wss://codebolt.example/base/, https://codebolt.example/base",
        "https://codebolt.example, https://codebolt.example",
        "host:99, http://host:99",
    })
    void theServerIsGivenByAddressOrHost(String given, String address) {
        assertThat(valid().serverUrl(given).settings().server()).hasToString(address);
    }

    @Test
    void theServerIsGivenByHostAndPort() {
        assertThat(valid().server("h", 7).settings().server()).hasToString("http://h:7");
        assertThat(valid().settings().server()).hasToString("http://localhost:12345");
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', http://localhost:12345",
        "'', 99, http://localhost:99",
        "h, '', http://h:12345",
        "h, 99, http://h:99",
        "h:1, 99, http://h:1",
        "ws://h, 99, http://h:99",
        "ws://h:1, 99, http://h:1",
        "wss://h, '', https://h",
    })
    void theEnvironmentNamesEverything(String url, String port, String address) {
        Map<String, String> environment = Map.of(
                "CODEBOLT_SERVER_URL",
                url,
                "SOCKET_PORT",
                port,
                "pluginId",
                PLUGIN_ID,
                "pluginToken",
                TOKEN,
                "HOME",
                "x");
        CodeboltSettings settings =
                CodeboltPlugin.builder().fromEnvironment(environment).settings();

        assertThat(settings.server()).hasToString(address);
        assertThat(settings.pluginId()).isEqualTo(PLUGIN_ID);
        assertThat(await(settings.pluginToken())).isEqualTo(TOKEN);
        assertThat(settings.address(TOKEN).uri().getRawQuery()).doesNotContain("HOME");
        Secrets.assertNoneIn(settings.toString());
        Secrets.assertNoneIn(settings.address(TOKEN).toString());
    }

    @Test
    void valuesThatCannotWorkFailInTheBuilder() {
        assertThatThrownBy(() -> CodeboltPlugin.builder().build()).hasMessageContaining("pluginId");
        assertThatThrownBy(() -> CodeboltPlugin.builder().pluginId("p").build()).hasMessageContaining("pluginToken");
        assertInvalid(() -> valid().pluginId(" "), "pluginId");
        assertInvalid(() -> valid().pluginToken("with\nbreak"), "pluginToken");
        assertInvalid(() -> valid().serverUrl("ftp://h"), "serverUrl");
        assertInvalid(() -> valid().server("h", 70_000), "port");
        assertInvalid(() -> valid().fromEnvironment(Map.of("SOCKET_PORT", "x")), "SOCKET_PORT");
        assertInvalid(() -> valid().pingInterval(Duration.ZERO), "pingInterval");
        assertInvalid(() -> valid().livenessTimeout(Duration.ofSeconds(30)).build(), "livenessTimeout");
        assertInvalid(() -> valid().startTimeout(Duration.ZERO), "startTimeout");
        assertInvalid(() -> valid().requestTimeout(Duration.ZERO), "requestTimeout");
        assertInvalid(() -> valid().registerTimeout(Duration.ZERO), "registerTimeout");
        assertInvalid(() -> valid().stopTimeout(Duration.ZERO), "stopTimeout");
        assertInvalid(() -> valid().sendPatience(Duration.ofMillis(-1)), "sendPatience");
        assertInvalid(() -> valid().reconnect(r -> r.maxRetries(-1)).build(), "reconnect.maxRetries");
    }

    private static CodeboltPluginBuilder valid() {
        return CodeboltPlugin.builder().pluginId(PLUGIN_ID).pluginToken(TOKEN);
    }

    private static void assertInvalid(Runnable configuration, String option) {
        assertThatThrownBy(configuration::run)
                .isInstanceOfSatisfying(
                        InvalidOptionException.class,
                        e -> assertThat(e.option()).isEqualTo(option));
    }

    @Test
    void theDelaysAreTheUsersOwnWhenHeSaysSo() {
        CodeboltPlugin plugin = connected(options ->
                options.reconnect(r -> r.maxRetries(1).strategy(DelayStrategy.table(List.of(Duration.ofSeconds(7))))));
        server.faults().refuseUpgrades(500, WireFaults.ALWAYS);
        server.faults().dropAllSockets();
        pass(Duration.ofMillis(6_999));
        assertThat(plugin.currentState()).isInstanceOf(Reconnecting.class);
        pass(Duration.ofMillis(1));
        second();
        assertThat(plugin.currentState()).isInstanceOf(Failed.class);
    }
}
