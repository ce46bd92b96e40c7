package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/**
 * The whole life of a runtime, good and bad, at TRACE. The guard of the test run watches the log, for these tests as for
 * all others; here the errors, states and events are looked at besides, and whether the guard has something to look at.
 */
class SecretsLoopbackTest extends LoopbackScenario {

    private static final String WRONG_KEY = "nk_" + Secrets.MARKER + "_wrong";

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.list = synchronizedList();
        log.start();
        root.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        root.detachAppender(log);
    }

    /** What a runtime says of itself, watched from its beginning. */
    private static final class Watch {

        final List<ConnectionState> states = synchronizedList();
        final List<ConnectionEvent> events = synchronizedList();
        final List<RuntimeClientException> errors = synchronizedList();
        final List<GatewayEvent> gatewayEvents = synchronizedList();

        Watch(NookplotRuntime runtime) {
            runtime.state().subscribe(states::add);
            runtime.connection().events().subscribe(events::add);
            runtime.errors().subscribe(errors::add);
            runtime.events().all().subscribe(gatewayEvents::add, error -> {});
        }

        void assertNoSecrets() {
            List.copyOf(states).forEach(state -> Secrets.assertNoneIn(state.toString()));
            List.copyOf(events).forEach(event -> Secrets.assertNoneIn(event.toString()));
            List.copyOf(gatewayEvents)
                    .forEach(event -> Secrets.assertNoneIn(event + event.frame().text()));
            List.copyOf(errors).forEach(SecretsLoopbackTest::assertNoSecretIn);
        }
    }

    private static void assertNoSecretIn(Throwable error) {
        Secrets.assertNoneIn(error);
        if (error instanceof DecodeException unreadable) {
            Secrets.assertNoneIn(unreadable.excerpt());
        }
    }

    private static void assertFails(Mono<?> call, Class<? extends Throwable> type) {
        StepVerifier.create(call)
                .expectErrorSatisfies(error -> {
                    assertThat(error).isInstanceOf(type);
                    assertNoSecretIn(error);
                })
                .verify(LIMIT);
    }

    /** Otherwise the rest of this class shows nothing. */
    @Test
    void keysAndTicketsOfTheGatewayAreWatchedForAtTrace() {
        connected();

        for (String key : List.of(alice.apiKey(), bob.apiKey(), WRONG_KEY)) {
            assertThatThrownBy(() -> Secrets.assertNoneIn("Bearer " + key)).isInstanceOf(AssertionError.class);
        }
        assertThatThrownBy(() -> Secrets.assertNoneIn(gateway.renewKey(alice).apiKey() + " is new"))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> {
                    Map<?, ?> ticket = runtime(bob, options -> options)
                            .connection()
                            .request("POST", "/v1/ws/ticket", Map.class)
                            .block(LIMIT);
                    Secrets.assertNoneIn("ticket=" + ticket.get("ticket"));
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("ticket=***");
        assertThat(root.getLevel()).isEqualTo(Level.TRACE);
        assertThat(root.getAppender("secrets")).isNotNull();
        // The transport, the HTTP client and what they stand on do speak at these levels.
        assertThat(List.copyOf(log.list))
                .extracting(ILoggingEvent::getLoggerName)
                .anyMatch(name -> name.startsWith("io.agentruntime."))
                .anyMatch(name -> name.startsWith("reactor.netty."));
        assertThat(List.copyOf(log.list))
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.contains("/v1/runtime/connect"))
                .anyMatch(line -> line.contains("/ws/runtime"));
    }

    @Test
    void lifeOfARuntimeShowsNone() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = runtime(options -> options.metadata(Map.of("version", "1")));
        Watch watch = new Watch(runtime);

        runtime.connect().block(LIMIT);
        runtime.channels().subscribe(lobby.id()).block(LIMIT);
        runtime.channels().send(lobby.id(), "hello").block(LIMIT);
        runtime.inbox().send("bob", "hello").block(LIMIT);
        runtime.getPresence().block(LIMIT);
        runtime.getStatus().block(LIMIT);
        gateway.post(bob, lobby, "hello");
        gateway.faults().sendText("{\"type\":");
        eventually("the broken frame is reported", () -> !watch.errors.isEmpty());
        gateway.restart(Shutdown.KILLED, Duration.ofMillis(100)).block(LIMIT);
        eventually(
                "lost",
                () -> List.copyOf(watch.states).stream().anyMatch(ConnectionState.Reconnecting.class::isInstance));
        awaitConnected(runtime);
        gateway.faults().refuseUpgrades(401, 1);
        gateway.restart(Shutdown.CLEAN, Duration.ZERO).block(LIMIT);
        eventually(
                "refused",
                () -> List.copyOf(watch.events).stream()
                        .anyMatch(event -> event instanceof ConnectionEvent.AttemptFailed failed
                                && failed.cause() instanceof HandshakeException));
        awaitConnected(runtime);
        runtime.disconnect().block(LIMIT);
        runtime.close().block(LIMIT);

        watch.assertNoSecrets();
    }

    @Test
    void refusalsShowNone() {
        NookplotRuntime wrong = runtime(options -> options.apiKey(WRONG_KEY));
        Watch watch = new Watch(wrong);
        assertFails(wrong.connect(), HttpStatusException.Unauthorized.class);
        assertFails(wrong.getStatus(), HttpStatusException.Unauthorized.class);
        watch.assertNoSecrets();

        NookplotRuntime impatient = runtime(options -> options.http(
                http -> http.rateLimitRetry(retry -> retry.maxRetries(1).initialDelay(Duration.ofMillis(10)))));
        Watch limited = new Watch(impatient);
        gateway.faults().rateLimit("/v1/**", 4, Duration.ZERO);
        assertFails(impatient.getStatus(), HttpStatusException.RateLimited.class);
        assertFails(impatient.connect(), HttpStatusException.RateLimited.class);
        gateway.faults().refuseUpgrades(401, 1);
        assertFails(impatient.connect(), HandshakeException.class);
        limited.assertNoSecrets();
    }

    @Test
    void answersThatCannotBeReadShowNone() {
        String secret = Secrets.MARKER + "-ticket";
        for (String body : List.of(
                "{\"ticket\":\"" + secret,
                "{\"ticket\":[\"" + secret + "\"]}",
                "\"" + secret + "\"",
                "{\"" + secret + "\":1}",
                "")) {
            gateway.faults().malformedHttp("POST /v1/ws/ticket", 1, body);
            NookplotRuntime runtime = runtime();
            Watch watch = new Watch(runtime);
            assertFails(runtime.connect(), DecodeException.class);
            watch.assertNoSecrets();
        }
        // A ticket that the gateway does not know, and one that no address can carry as it is.
        for (String ticket : List.of(secret, secret + " &?#/%\\u00e9")) {
            gateway.faults().malformedHttp("POST /v1/ws/ticket", 1, "{\"ticket\":\"" + ticket + "\"}");
            NookplotRuntime runtime = runtime();
            Watch watch = new Watch(runtime);
            assertFails(runtime.connect(), HandshakeException.class);
            watch.assertNoSecrets();
        }
    }

    @Test
    void connectionsThatFailShowNone() {
        String plain = gateway.url();
        NookplotRuntime overTls = runtime(options -> options.gatewayUrl(plain.replace("http:", "https:")));
        Watch tls = new Watch(overTls);
        assertFails(overTls.connect(), RuntimeClientException.class);
        tls.assertNoSecrets();

        NookplotRuntime stalled = runtime(options -> options.handshakeTimeout(Duration.ofMillis(200)));
        Watch upgrade = new Watch(stalled);
        gateway.faults().stallUpgrades(true);
        assertFails(stalled.connect(), RuntimeClientException.class);
        upgrade.assertNoSecrets();
        gateway.faults().reset();

        NookplotRuntime nowhere = runtime(options -> options);
        Watch refused = new Watch(nowhere);
        gateway.stop(Shutdown.KILLED).block(LIMIT);
        assertFails(nowhere.connect(), RuntimeClientException.class);
        assertFails(nowhere.getStatus(), RuntimeClientException.class);
        refused.assertNoSecrets();
        gateway.startAgain().block(LIMIT);
    }

    @Test
    void keysThatHttpCannotCarryAreRefusedUnseen() {
        NookplotRuntime runtime = runtime(options -> options.apiKey(Mono.just(WRONG_KEY + "\r\nX-Other: 1")));
        Watch watch = new Watch(runtime);

        StepVerifier.create(runtime.connect())
                .expectErrorSatisfies(SecretsLoopbackTest::assertNoSecretIn)
                .verify(LIMIT);
        watch.assertNoSecrets();
        assertThat(gateway.requests()).isEmpty();
    }

    @Test
    void whatATestHoldsInItsHandsShowsNone() {
        GatewayAgent agent = gateway.agent("carol");

        Secrets.assertNoneIn(agent + " " + gateway + " " + gateway.requests());
        assertThatThrownBy(() -> gateway.runtime(agent).apiKey(WRONG_KEY + "\n").build())
                .satisfies(SecretsLoopbackTest::assertNoSecretIn);
    }
}
