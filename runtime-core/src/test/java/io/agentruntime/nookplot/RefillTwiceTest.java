package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.support.SettableClock;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a refill leaves behind for the next one, and what it must not take from before. */
class RefillTwiceTest extends InMemoryScenario {

    private static final String HISTORY = "GET /v1/channels/*/messages";

    private GatewayChannel lobby;

    @BeforeEach
    void open() {
        lobby = gateway.channel("lobby", alice, bob);
    }

    private NookplotRuntime refilling(UnaryOperator<NookplotRuntimeBuilder> options) {
        NookplotRuntime runtime = connected(b -> options.apply(b.backgroundPause(Duration.ofMillis(100))
                .streams(StreamOptions.of(OverflowPolicy.ERROR)
                        .withDeliverOn(time)
                        .withCapacity(100))));
        pass(Duration.ofSeconds(20));
        return runtime;
    }

    private NookplotRuntime refilling() {
        return refilling(options -> options);
    }

    private void post(String... texts) {
        for (String text : texts) {
            gateway.post(bob, lobby, text);
        }
    }

    private void whileAway(Runnable happening) {
        gateway.stop(Shutdown.KILLED).subscribe();
        pass(Duration.ofSeconds(1));
        happening.run();
        pass(Duration.ofSeconds(1));
        gateway.startAgain().subscribe();
    }

    private static List<String> texts(Seen<? extends Delivery<?>> seen) {
        List<String> texts = new ArrayList<>();
        for (Delivery<?> delivery : seen.values) {
            if (delivery instanceof Delivery.Gap<?> gap) {
                texts.add("GAP: " + gap.reason());
            } else if (delivery instanceof Delivery.Message<?> message) {
                texts.add(
                        message.payload() instanceof ChannelMessage channel
                                ? channel.content()
                                : ((InboxMessage) message.payload()).content());
            }
        }
        return texts;
    }

    private static List<String> numbered(int from, int to) {
        List<String> texts = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            texts.add("m" + i);
        }
        return texts;
    }

    @Test
    void whatWasThereBeforeTheSubscriberIsNotMissed() {
        NookplotRuntime runtime = refilling();
        post("ancient");
        gateway.direct(bob, alice, "ancient");
        pass(Duration.ofMinutes(1));
        Seen<Delivery<ChannelMessage>> channel = watch(runtime.channels().refilled(lobby.id()));
        Seen<Delivery<InboxMessage>> inbox = watch(runtime.inbox().refilled());
        whileAway(() -> {
            post("missed");
            gateway.direct(bob, alice, "missed");
        });
        pass(Duration.ofMinutes(1));

        assertThat(texts(channel)).containsExactly("missed");
        assertThat(texts(inbox)).containsExactly("missed");
    }

    @Test
    void whatArrivedDuringOneRefillIsNotPartOfTheNext() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.faults().delayHistory(Duration.ofSeconds(10));
        whileAway(() -> post("m1"));
        pass(Duration.ofSeconds(4));
        post("m2"); // held back until the history is here
        pass(Duration.ofMinutes(1));
        whileAway(() -> post("m3"));
        pass(Duration.ofMinutes(1));

        assertThat(texts(seen)).containsExactlyElementsOf(numbered(1, 3));
    }

    @Test
    void whatArrivedDuringARefusedRefillIsNotPartOfTheNext() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.faults().stallHttp(HISTORY, true);
        whileAway(() -> post("lost"));
        pass(Duration.ofSeconds(4));
        post("m1"); // held back until the call is given up
        pass(Duration.ofMinutes(5));
        gateway.faults().stallHttp(HISTORY, false);
        post("m2"); // nothing holds it back any more
        pass(Duration.ofSeconds(1));
        assertThat(texts(seen))
                .hasSize(3)
                .endsWith("m1", "m2")
                .first()
                .asString()
                .startsWith("GAP");
        whileAway(() -> post("m3"));
        pass(Duration.ofMinutes(1));

        assertThat(texts(seen)).hasSize(4).endsWith("m1", "m2", "m3");
    }

    @Test
    void aSecondLossWhileTheInboxIsReadLosesNothing() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<InboxMessage>> seen = watch(runtime.inbox().refilled());
        gateway.faults().stallHttp("GET /v1/inbox", true);
        whileAway(() -> gateway.direct(bob, alice, "m1"));
        pass(Duration.ofSeconds(4));
        whileAway(() -> gateway.direct(bob, alice, "m2"));
        pass(Duration.ofSeconds(4));
        gateway.faults().stallHttp("GET /v1/inbox", false);
        gateway.direct(bob, alice, "m3");
        pass(Duration.ofMinutes(1));

        assertThat(texts(seen)).containsExactlyElementsOf(numbered(1, 3));
    }

    @Test
    void aClockThatIsHoursSlowMakesNoDifference() {
        SettableClock slow = new SettableClock(time);
        slow.setBy(Duration.ofHours(-3));
        NookplotRuntime runtime = refilling(options -> options.timer(slow));
        post("ancient");
        pass(Duration.ofMinutes(1));
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        whileAway(() -> post("missed"));
        pass(Duration.ofMinutes(1));

        assertThat(texts(seen)).containsExactly("missed");
    }

    @Test
    void aClockThatIsHoursFastMakesNoDifference() {
        SettableClock fast = new SettableClock(time);
        fast.setBy(Duration.ofHours(3));
        NookplotRuntime runtime = refilling(options -> options.timer(fast));
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        whileAway(() -> post("missed"));
        pass(Duration.ofMinutes(1));

        assertThat(texts(seen)).containsExactly("missed");
    }
}
