package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.stream.Delivery;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Where a channel's messages may be missing, on a stream that is not refilled. */
class ChannelGapsTest extends InMemoryScenario {

    @Test
    void aGapReachesFromTheLastSignOfLifeToTheMomentTheChannelIsSubscribedAgain() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected();
        Seen<Delivery<ChannelMessage>> deliveries = watch(runtime.channels().deliveries(lobby.id()));
        Seen<ChannelMessage> messages = watch(runtime.channels().messages(lobby.id()));
        pass(Duration.ofSeconds(9)); // now 10 s
        gateway.post(bob, lobby, "before");
        pass(Duration.ofSeconds(5)); // now 15 s
        gateway.stop(Shutdown.KILLED).subscribe();
        gateway.post(bob, lobby, "missed");
        pass(Duration.ofSeconds(5)); // now 20 s
        gateway.startAgain().subscribe();
        pass(Duration.ofSeconds(30));
        gateway.post(bob, lobby, "after");
        pass(Duration.ofSeconds(1));

        assertThat(messages.values).extracting(ChannelMessage::content).containsExactly("before", "after");
        assertThat(deliveries.values).hasSize(3);
        assertThat(deliveries.values.get(1)).isInstanceOfSatisfying(Delivery.Gap.class, gap -> {
            assertThat(gap.from()).isEqualTo(Instant.ofEpochSecond(10));
            assertThat(gap.to()).isBetween(Instant.ofEpochSecond(20), Instant.ofEpochSecond(51));
        });
    }

    @Test
    void aChannelThatIsRefusedAfterAReconnectHasOneGapUntilItIsDeliveredAgain() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(1));
        Instant lost = Instant.ofEpochMilli(time.now(TimeUnit.MILLISECONDS));
        Seen<Delivery<ChannelMessage>> deliveries = watch(runtime.channels().deliveries(lobby.id()));
        gateway.faults().denySubscription(lobby);
        loseAndRegain(runtime);
        pass(Duration.ofSeconds(30));
        gateway.post(bob, lobby, "missed although connected");
        assertThat(deliveries.values).isEmpty();
        gateway.faults().allowSubscription(lobby);
        loseAndRegain(runtime);

        assertThat(deliveries.values).hasSize(1).first().isInstanceOfSatisfying(Delivery.Gap.class, gap -> {
            assertThat(gap.from()).isBeforeOrEqualTo(lost);
            assertThat(gap.to()).isAfter(lost.plusSeconds(30));
        });
    }

    @Test
    void aChannelThatLostItsSlotHasAGapWhenItGetsOneAgain() {
        GatewayChannel asked = gateway.channel("asked", alice, bob);
        pass(Duration.ofMillis(1)); // so that they differ in age
        GatewayChannel loser = gateway.channel("loser", alice, bob);
        for (int i = 0; i < 49; i++) {
            pass(Duration.ofMillis(1));
            gateway.channel("channel-" + i, alice, bob);
        }
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(10));
        Seen<Delivery<ChannelMessage>> deliveries = watch(runtime.channels().deliveries(loser.id()));
        await(runtime.channels().subscribe(asked.id()));
        gateway.post(bob, loser, "missed");
        pass(Duration.ofSeconds(1));
        await(runtime.channels().unsubscribe(asked.id()));
        gateway.post(bob, loser, "heard");
        pass(Duration.ofSeconds(1));

        assertThat(deliveries.values).hasSize(2);
        assertThat(deliveries.values.get(0)).isInstanceOf(Delivery.Gap.class);
    }

    /** Subscriptions are the agent's: another connection of it has asked for the channel. */
    @Test
    void aChannelThatOnlyAnotherConnectionAskedForHasAGapToo() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        connected();
        pass(Duration.ofSeconds(1));
        NookplotRuntime runtime = connected(b -> b.autoSubscribe(false));
        Seen<Delivery<ChannelMessage>> deliveries = watch(runtime.channels().deliveries(lobby.id()));
        gateway.post(bob, lobby, "before");
        pass(Duration.ofSeconds(1));
        assertThat(runtime.channels().subscriptions()).isEmpty();
        loseAndRegain(runtime);
        pass(Duration.ofSeconds(10));
        gateway.post(bob, lobby, "after");
        pass(Duration.ofSeconds(1));

        assertThat(deliveries.values).hasSize(3);
        assertThat(deliveries.values.get(1)).isInstanceOf(Delivery.Gap.class);
    }

    @Test
    void severalFailedAttemptsMakeOneGap() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(1));
        Seen<Delivery<ChannelMessage>> deliveries = watch(runtime.channels().deliveries(lobby.id()));
        gateway.faults().refuseUpgrades(503, 3);
        gateway.faults().dropAllSockets();
        pass(Duration.ofMinutes(1));

        assertThat(runtime.currentState().name()).isEqualTo("connected");
        assertThat(deliveries.values).hasSize(1);
        assertThat(gateway.requests("UPGRADE /ws/runtime")).hasSize(5);
    }

    @Test
    void anUnsubscribedChannelHasNoGap() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(1));
        Seen<Delivery<ChannelMessage>> deliveries = watch(runtime.channels().deliveries(lobby.id()));
        await(runtime.channels().unsubscribe(lobby.id()));
        loseAndRegain(runtime);
        await(runtime.channels().subscribe(lobby.id()));

        assertThat(deliveries.values).isEmpty();
    }
}
