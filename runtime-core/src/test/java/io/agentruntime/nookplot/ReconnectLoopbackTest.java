package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.FrameTooLargeException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Connections that are lost in every way a network and a gateway know, and are there again afterwards. */
class ReconnectLoopbackTest extends LoopbackScenario {

    private GatewayChannel lobby;

    @BeforeEach
    void openChannel() {
        lobby = gateway.channel("lobby", alice, bob);
    }

    /** The explicit subscription shows whether the next session has what the first one had. */
    private NookplotRuntime listening() {
        NookplotRuntime runtime = connected(options -> options.autoSubscribe(false));
        runtime.channels().subscribe(lobby.id()).block(LIMIT);
        return runtime;
    }

    private void assertHears(NookplotRuntime runtime, String text) {
        Mono<String> heard = runtime.channels()
                .messages(lobby.id())
                .map(ChannelMessage::content)
                .filter(text::equals)
                .next();
        StepVerifier.create(heard)
                .then(() -> gateway.post(bob, lobby, text))
                .expectNext(text)
                .expectComplete()
                .verify(LIMIT);
        eventually("the old socket is gone", () -> gateway.sockets(alice) == 1);
    }

    /** What the states are from a loss to the next session, with the cause of the first retry. */
    private void assertReplaced(NookplotRuntime runtime, Runnable loss, Consumer<Throwable> cause) {
        String before = sessionId(runtime.currentState());
        StepVerifier.create(runtime.state())
                .expectNextMatches(Connected.class::isInstance)
                .then(loss)
                .assertNext(state -> {
                    assertThat(state).isInstanceOf(Reconnecting.class);
                    assertThat(((Reconnecting) state).attempt()).isEqualTo(1);
                    cause.accept(((Reconnecting) state).cause());
                })
                .thenConsumeWhile(Reconnecting.class::isInstance)
                .assertNext(state -> assertThat(sessionId(state)).isNotEqualTo(before))
                .thenCancel()
                .verify(LIMIT);
        assertHears(runtime, "after the loss");
    }

    private static Consumer<Throwable> lost(int code, String reason) {
        return cause -> assertThat(cause).isInstanceOfSatisfying(ConnectionLostException.class, lost -> {
            assertThat(lost.code()).isEqualTo(code);
            assertThat(lost.reason()).isEqualTo(reason);
        });
    }

    @Test
    void gatewayThatRestartsInGoodOrder() {
        assertReplaced(listening(), () -> restart(Shutdown.CLEAN), lost(1001, "server shutdown"));
    }

    @Test
    void gatewayThatIsKilledAndStartsAgain() {
        assertReplaced(listening(), () -> restart(Shutdown.KILLED), lost(1006, ""));
    }

    private void restart(Shutdown how) {
        gateway.restart(how, Duration.ofMillis(100)).subscribe();
    }

    @Test
    void socketsThatBreak() {
        assertReplaced(listening(), () -> gateway.faults().dropAllSockets(), lost(1006, ""));
    }

    @ParameterizedTest
    @CsvSource({"1000,done", "1011,oops", "4000,because"})
    void socketsThatAreClosed(int code, String reason) {
        assertReplaced(listening(), () -> gateway.faults().closeAll(code, reason), lost(code, reason));
    }

    @Test
    void messageThatIsTooLargeInOneFrame() {
        NookplotRuntime runtime = connected(
                options -> options.autoSubscribe(false).webSocket(socket -> socket.maxMessageBytes(64 * 1024)));
        runtime.channels().subscribe(lobby.id()).block(LIMIT);

        assertReplaced(
                runtime,
                () -> gateway.faults().oversizedFrame(64 * 1024 + 1),
                cause -> assertThat(cause)
                        .isInstanceOf(FrameTooLargeException.class)
                        .hasMessageContaining("maxMessageBytes"));
    }

    @Test
    void messageThatIsTooLargeInManyFramesIsSkippedAndReported() {
        NookplotRuntime runtime = connected(
                options -> options.autoSubscribe(false).webSocket(socket -> socket.maxMessageBytes(64 * 1024)));
        runtime.channels().subscribe(lobby.id()).block(LIMIT);
        String session = sessionId(runtime.currentState());
        Flux<RuntimeClientException> errors = runtime.errors();

        StepVerifier.create(errors)
                .then(() -> gateway.post(bob, lobby, "x".repeat(100_000)))
                .expectNextMatches(FrameTooLargeException.class::isInstance)
                .thenCancel()
                .verify(LIMIT);

        assertHears(runtime, "the next one");
        assertThat(sessionId(runtime.currentState())).isEqualTo(session);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 1000})
    void messageInManyFramesArrivesWhole(int parts) {
        NookplotRuntime runtime = listening();
        String text = "grüße 🙂 ".repeat(5_000);

        StepVerifier.create(runtime.channels().messages(lobby.id()).map(ChannelMessage::content))
                .then(() -> {
                    gateway.faults().fragmented(parts, 1);
                    gateway.post(bob, lobby, text);
                    gateway.post(bob, lobby, "the next one");
                })
                .expectNext(text, "the next one")
                .thenCancel()
                .verify(LIMIT);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 500, 503})
    void upgradeThatIsRefusedOnceIsTriedWithANewTicket(int status) {
        NookplotRuntime runtime = listening();
        gateway.faults().refuseUpgrades(status, 1);

        StepVerifier.create(runtime.state())
                .expectNextMatches(Connected.class::isInstance)
                .then(() -> gateway.faults().dropAllSockets())
                .expectNextMatches(retry(1, ConnectionLostException.class::isInstance))
                .expectNextMatches(
                        retry(2, cause -> cause instanceof HandshakeException refused && refused.status() == status))
                .expectNextMatches(Connected.class::isInstance)
                .thenCancel()
                .verify(LIMIT);
        assertThat(gateway.requests("POST /v1/ws/ticket")).hasSize(3);
        assertHears(runtime, "after the refusal");
    }

    private static Predicate<ConnectionState> retry(int attempt, Predicate<Throwable> cause) {
        return state -> state instanceof Reconnecting retry && retry.attempt() == attempt && cause.test(retry.cause());
    }

    @Test
    void firstConnectThatIsRefusedFailsAndTheNextSucceeds() {
        gateway.faults().refuseUpgrades(503, 1);
        NookplotRuntime runtime = runtime();

        StepVerifier.create(runtime.connect())
                .expectErrorSatisfies(error -> assertThat(error).isInstanceOf(HandshakeException.class))
                .verify(LIMIT);
        assertThat(runtime.currentState().name()).isEqualTo("disconnected");
        eventually("the session is given back", () -> gateway.session(alice).isEmpty());

        runtime.connect().block(LIMIT);
        assertThat(gateway.sockets(alice)).isEqualTo(1);
    }

    @Test
    void gatewayThatAcceptsAndDropsIsNotHammered() {
        NookplotRuntime runtime = connected(options -> options.autoSubscribe(false)
                .reconnect(retry -> retry.maxRetries(3).strategy(retryAfterMillis(5, 10, 15))));
        gateway.faults().dropAfterWelcome(true);

        StepVerifier.create(runtime.state().filter(state -> !(state instanceof Connected)))
                .then(() -> gateway.faults().dropAllSockets())
                .expectNextMatches(retry(1, cause -> true))
                .expectNextMatches(retry(2, cause -> true))
                .expectNextMatches(retry(3, cause -> true))
                .expectNextMatches(ConnectionState.Failed.class::isInstance)
                .thenCancel()
                .verify(LIMIT);
        assertThat(gateway.sessionsOpened(alice)).isEqualTo(4);
    }
}
