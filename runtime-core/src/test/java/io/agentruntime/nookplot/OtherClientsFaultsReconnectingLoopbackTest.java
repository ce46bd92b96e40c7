package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.error.LivenessTimeoutException;
import io.agentruntime.error.RetriesExhaustedException;
import io.agentruntime.stream.Delivery;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * What the existing TypeScript client gets wrong when it loses the gateway; see {@link
 * OtherClientsFaultsConnectingLoopbackTest}.
 */
class OtherClientsFaultsReconnectingLoopbackTest extends LoopbackScenario {

    // ---- 1: messages sent while it was away are lost, silently: 0 of 11 were delivered over three restarts

    @Test
    void messagesSentDuringThreeRestartsAreDelivered() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected();
        awaitSubscribed(lobby);
        List<String> refilled = heard(runtime.channels().refilled(lobby.id()));
        List<String> plain = heard(runtime.channels().deliveries(lobby.id()));

        List<String> sent = new ArrayList<>();
        for (int restart = 1; restart <= 3; restart++) {
            post(lobby, sent, "before restart " + restart);
            awaitHeard(plain, sent.get(sent.size() - 1));
            gateway.stop(Shutdown.KILLED).block(LIMIT);
            for (int i = 1; i <= (restart == 1 ? 3 : 4); i++) {
                post(lobby, sent, "missed " + restart + "." + i);
            }
            gateway.startAgain().block(LIMIT);
            awaitSubscribed(lobby);
        }
        post(lobby, sent, "at last");

        awaitHeard(refilled, "at last");
        assertThat(refilled).containsExactlyElementsOf(sent);
        // Who does not ask for a refill is told of each loss.
        awaitHeard(plain, "at last");
        assertThat(plain)
                .containsExactly(
                        "before restart 1", "GAP", "before restart 2", "GAP", "before restart 3", "GAP", "at last");
    }

    private static List<String> heard(Flux<Delivery<ChannelMessage>> deliveries) {
        List<String> heard = synchronizedList();
        deliveries.subscribe(delivery -> heard.add(
                delivery instanceof Delivery.Message<ChannelMessage> message
                        ? message.payload().content()
                        : "GAP"));
        return heard;
    }

    private void post(GatewayChannel channel, List<String> sent, String text) {
        gateway.post(bob, channel, text);
        sent.add(text);
    }

    private static void awaitHeard(List<String> heard, String text) {
        eventually(text + " is heard", () -> heard.contains(text));
    }

    private void awaitSubscribed(GatewayChannel channel) {
        eventually(
                channel.slug() + " is subscribed",
                () -> gateway.subscriptions(alice).contains(channel.id()));
    }

    // ---- 2: a failed socket starts two retry chains; with 10 retries allowed it reported failure 11 times

    /** The socket is lost in two ways at once, each attempt fails at another step, and still there is one chain. */
    @Test
    void failedSocketIsRetriedInOneChainAndFailsOnce() {
        int retries = 10;
        NookplotRuntime runtime = connected(
                options -> options.reconnect(retry -> retry.maxRetries(retries).strategy(retryAfterMillis(5))));
        Mono<List<ConnectionState>> states =
                runtime.state().skip(1).collectList().cache();
        states.subscribe();
        Mono<List<String>> failures = runtime.events()
                .type(GatewayEvent.CONNECTION_STATE, ConnectionNotice.class)
                .filter(notice -> notice.state().equals("failed"))
                .map(ConnectionNotice::reason)
                .onErrorComplete()
                .collectList()
                .cache();
        failures.subscribe();
        AtomicReference<Throwable> ending =
                failureOf(runtime.channels().messages("any").then());

        gateway.faults().refuseUpgrades(503, retries / 2);
        gateway.faults().dropAfterAccept(true); // those that follow
        gateway.faults().closeAll(1011, "going");
        gateway.faults().dropAllSockets();
        eventually("given up", () -> runtime.currentState() instanceof Failed);
        eventually("the streams have ended", () -> ending.get() != null);
        runtime.close().block(LIMIT);

        assertThat(states.block(LIMIT))
                .filteredOn(Reconnecting.class::isInstance)
                .extracting(state -> ((Reconnecting) state).attempt())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, retries).boxed().toList());
        assertThat(states.block(LIMIT)).filteredOn(Failed.class::isInstance).hasSize(1);
        assertThat(failures.block(LIMIT)).containsExactly("max retries exceeded");
        assertThat(ending.get()).isInstanceOf(RetriesExhaustedException.class);
        assertThat(gateway.requests(UPGRADE)).hasSize(1 + retries);
    }

    // ---- 9: a reconnect loses explicit subscriptions, undoes explicit unsubscribes, and drops subscribes made offline

    @Test
    void reconnectRestoresWhatWasAskedForAndNothingElse() {
        GatewayChannel old = gateway.channel("old", bob);
        GatewayChannel explicit = gateway.channel("explicit", alice, bob);
        GatewayChannel unwanted = gateway.channel("unwanted", alice, bob);
        GatewayChannel offline = gateway.channel("asked-for-offline", alice, bob);
        IntStream.range(0, ChannelQuery.MAX_LIMIT).forEach(i -> gateway.channel("of-others-" + i, bob));
        NookplotRuntime runtime = connected();
        runtime.channels().subscribe(explicit.id()).block(LIMIT);
        awaitSubscribed(unwanted);
        runtime.channels().unsubscribe(unwanted.id()).block(LIMIT);
        runtime.channels().unsubscribe(offline.id()).block(LIMIT);

        gateway.stop(Shutdown.KILLED).block(LIMIT);
        eventually("the loss is known", () -> runtime.currentState() instanceof Reconnecting);
        runtime.channels().subscribe(offline.id()).block(LIMIT);
        gateway.addMember(old, alice);
        gateway.faults().stallHttp("GET /v1/channels", true);
        gateway.startAgain().block(LIMIT);
        awaitConnected(runtime);
        assertThat(gateway.subscriptions(alice)).containsExactlyInAnyOrder(explicit.id(), offline.id());
        gateway.faults().stallHttp("GET /v1/channels", false);

        awaitSubscribed(old); // on the last page, so the others have been looked at
        assertThat(gateway.subscriptions(alice)).containsExactlyInAnyOrder(explicit.id(), offline.id(), old.id());
    }

    // ---- 13: a half-open link is "connected" and "healthy" after 180 s

    /** The sockets are real, the time is virtual: no other silence than this one is as long as the limit. */
    @Test
    void halfOpenLinkIsFoundAndReplaced() {
        Duration limit = Duration.ofSeconds(90);
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        NookplotRuntime runtime = connected(options -> options.timer(time)
                .autoSubscribe(false)
                .sessionCheckInterval(Duration.ZERO)
                .livenessTimeout(limit));
        String first = sessionId(runtime.currentState());

        StepVerifier.create(runtime.state())
                .expectNextMatches(Connected.class::isInstance)
                .then(() -> gateway.faults().freezeSockets())
                .then(() -> time.advanceTimeBy(limit))
                .assertNext(state -> assertThat(state).isInstanceOfSatisfying(Reconnecting.class, retry -> {
                    assertThat(retry.attempt()).isEqualTo(1);
                    assertThat(retry.cause())
                            .isInstanceOfSatisfying(
                                    LivenessTimeoutException.class,
                                    silence -> assertThat(silence.limit()).isEqualTo(limit));
                }))
                .then(() -> time.advanceTimeBy(RETRY))
                .assertNext(state -> assertThat(sessionId(state)).isNotEqualTo(first))
                .thenCancel()
                .verify(LIMIT);
    }

    // ---- 14: a session that the gateway has reaped is never registered again

    @Test
    void reapedSessionIsRegisteredAgainOverTheSameSocket() {
        NookplotRuntime runtime = connected(options -> options.sessionCheckInterval(Duration.ofMillis(50)));

        StepVerifier.create(runtime.events().type(GatewayEvent.SESSION_RENEWED))
                .then(() -> gateway.faults().reapSession(alice))
                .expectNextMatches(GatewayEvent::local)
                .thenCancel()
                .verify(LIMIT);

        assertThat(gateway.session(alice)).isPresent();
        assertThat(gateway.requests(UPGRADE)).hasSize(1);
        assertThat(runtime.currentState()).isInstanceOf(Connected.class);
        runtime.disconnect().block(LIMIT);
        assertThat(gateway.session(alice)).isEmpty();
    }
}
