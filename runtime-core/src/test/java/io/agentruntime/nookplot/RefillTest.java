package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.BreakPoint;
import io.agentruntime.testkit.Faults;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** Streams that are refilled from the gateway's history after a loss. */
class RefillTest extends InMemoryScenario {

    private GatewayChannel lobby;

    @BeforeEach
    void open() {
        lobby = gateway.channel("lobby", alice, bob);
    }

    private NookplotRuntime refilling(UnaryOperator<RefillPolicy> policy) {
        NookplotRuntime runtime = connected(b -> b.refill(policy)
                .streams(StreamOptions.of(OverflowPolicy.ERROR)
                        .withDeliverOn(time)
                        .withCapacity(100_000)));
        pass(Duration.ofSeconds(20));
        return runtime;
    }

    private NookplotRuntime refilling() {
        return refilling(policy -> policy);
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

    private static List<String> texts(Seen<Delivery<ChannelMessage>> seen) {
        List<String> texts = new ArrayList<>();
        for (Delivery<ChannelMessage> delivery : seen.values) {
            texts.add(
                    delivery instanceof Delivery.Message<ChannelMessage> message
                            ? message.payload().content()
                            : "GAP");
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
    void whatWasMissedComesInOrderBeforeWhatFollows() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        Seen<Delivery<ChannelMessage>> plain = watch(runtime.channels().deliveries(lobby.id()));
        post("before");
        pass(Duration.ofSeconds(1));
        whileAway(() -> post("missed 1", "missed 2"));
        pass(Duration.ofSeconds(30));
        post("after");
        pass(Duration.ofSeconds(1));

        assertThat(texts(seen)).containsExactly("before", "missed 1", "missed 2", "after");
        assertThat(texts(plain)).containsExactly("before", "GAP", "after"); // who does not ask gets the gap
    }

    @Test
    void withoutALossNothingIsFetched() {
        NookplotRuntime runtime = refilling();
        watch(runtime.channels().refilled(lobby.id()));
        post("a", "b");
        pass(Duration.ofMinutes(10));

        assertThat(gateway.requests("GET /v1/channels/*/messages")).isEmpty();
    }

    @Test
    void aLossWithoutMissedMessagesLeavesNoTrace() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        post("a", "b");
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(30));
        post("c");
        pass(Duration.ofSeconds(1));

        assertThat(texts(seen)).containsExactly("a", "b", "c");
    }

    @Test
    void aMessageBetweenSendAndDeliveryIsNotLost() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        post("delivered");
        pass(Duration.ofSeconds(1));
        gateway.faults().halfOpen(true); // stored by the gateway, never delivered
        post("swallowed");
        pass(Duration.ofSeconds(1));
        gateway.faults().halfOpen(false);
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(30));

        assertThat(texts(seen)).containsExactly("delivered", "swallowed");
    }

    @Test
    void theLastLiveMessageMayBeMissingInTheHistory() {
        gateway.faults().quarantineMessages("quarantined");
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        post("a", "quarantined");
        pass(Duration.ofSeconds(1));
        whileAway(() -> post("b"));
        pass(Duration.ofSeconds(30));

        assertThat(texts(seen)).containsExactly("a", "quarantined", "b");
    }

    @Test
    void moreThanAPageIsFetchedInPagesAlsoWithinOneMillisecond() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        post("m0");
        pass(Duration.ofSeconds(1));
        whileAway(() -> {
            for (int i = 1; i <= 650; i++) {
                post("m" + i);
                if (i % 7 == 0) {
                    pass(Duration.ofMillis(1));
                }
            }
        });
        pass(Duration.ofMinutes(2));

        assertThat(texts(seen)).containsExactlyElementsOf(numbered(0, 650));
    }

    @Test
    void messagesThatArriveDuringTheRefillComeAfterItOnce() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.faults().delayHistory(Duration.ofSeconds(10));
        post("m1");
        pass(Duration.ofSeconds(1));
        whileAway(() -> post("m2", "m3"));
        pass(Duration.ofSeconds(4)); // connected; the history is on its way
        assertThat(runtime.currentState()).isInstanceOf(ConnectionState.Connected.class);
        post("m4", "m5"); // in the history too, which is read at the end of the delay
        pass(Duration.ofSeconds(1));
        assertThat(texts(seen)).containsExactly("m1");
        pass(Duration.ofSeconds(30));
        post("m6");
        pass(Duration.ofSeconds(1));

        assertThat(texts(seen)).containsExactlyElementsOf(numbered(1, 6));
    }

    @Test
    void aQuarantinedMessageDuringTheRefillKeepsItsPlace() {
        gateway.faults().quarantineMessages("q");
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.faults().delayHistory(Duration.ofSeconds(10));
        whileAway(() -> post("m1"));
        pass(Duration.ofSeconds(4));
        post("m2", "q", "m3");
        pass(Duration.ofSeconds(30));

        assertThat(texts(seen)).containsExactly("m1", "m2", "q", "m3");
    }

    @Test
    void theAgentsOwnMessagesAreLeftOut() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        post("theirs 1");
        pass(Duration.ofSeconds(1));
        whileAway(() -> {
            gateway.post(alice, lobby, "mine");
            post("theirs 2");
        });
        pass(Duration.ofSeconds(30));

        assertThat(texts(seen)).containsExactly("theirs 1", "theirs 2");
    }

    @Test
    void aSecondLossDuringTheRefillLosesNothing() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.faults().delayHistory(Duration.ofSeconds(10));
        post("m1");
        pass(Duration.ofSeconds(1));
        whileAway(() -> post("m2"));
        pass(Duration.ofSeconds(4));
        post("m3");
        pass(Duration.ofSeconds(1));
        whileAway(() -> post("m4"));
        gateway.faults().delayHistory(Duration.ZERO);
        pass(Duration.ofMinutes(1));
        post("m5");
        pass(Duration.ofSeconds(1));

        assertThat(texts(seen)).containsExactlyElementsOf(numbered(1, 5));
    }

    @Test
    void moreThanTheBoundIsAGapAndThenTheNewest() {
        NookplotRuntime runtime = refilling(policy -> policy.withMaxMessages(10));
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        whileAway(() -> numbered(1, 25).forEach(this::post));
        pass(Duration.ofSeconds(30));

        assertThat(texts(seen).get(0)).isEqualTo("GAP");
        assertThat(texts(seen).subList(1, 11)).containsExactlyElementsOf(numbered(16, 25));
    }

    @Test
    void olderThanTheBoundIsAGapAndThenTheYounger() {
        NookplotRuntime runtime = refilling(policy -> policy.withMaxAge(Duration.ofMinutes(1)));
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.stop(Shutdown.KILLED).subscribe();
        pass(Duration.ofSeconds(1));
        post("old");
        pass(Duration.ofSeconds(90));
        post("young");
        gateway.startAgain().subscribe();
        pass(Duration.ofMinutes(1));

        assertThat(texts(seen)).containsExactly("GAP", "young");
    }

    @Test
    void aHistoryThatStaysRefusedIsAGap() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.faults().rateLimit("GET /v1/channels/*/messages", Faults.ALWAYS, Duration.ofSeconds(1));
        whileAway(() -> post("missed"));
        pass(Duration.ofSeconds(10));
        post("meanwhile");
        pass(Duration.ofMinutes(5));

        assertThat(texts(seen)).containsExactly("GAP", "meanwhile");
    }

    /** The gateway has gone, and the connection does not know yet. */
    @Test
    void aHistoryThatBreaksOffIsAskedForAgain() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.faults().breakHttp("GET /v1/channels/*/messages", 2, BreakPoint.BEFORE_ACTING);
        gateway.faults().failHttp("GET /v1/channels/*/messages", 503, 2);
        whileAway(() -> post("missed"));
        pass(Duration.ofSeconds(10));
        post("meanwhile");
        pass(Duration.ofMinutes(1));

        assertThat(texts(seen)).containsExactly("missed", "meanwhile");
        assertThat(gateway.requests("GET /v1/channels/*/messages")).hasSize(5);
    }

    @Test
    void aHistoryThatIsNotToBeHadIsAGap() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.faults().breakHttp("GET /v1/channels/*/messages", Faults.ALWAYS, BreakPoint.BEFORE_ACTING);
        whileAway(() -> post("missed"));
        pass(Duration.ofMinutes(2));
        post("afterwards");
        pass(Duration.ofSeconds(1));

        assertThat(texts(seen)).containsExactly("GAP", "afterwards");
    }

    @Test
    void aDisconnectDuringTheRefillPutsItOff() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.faults().stallHttp("GET /v1/channels/*/messages", true);
        whileAway(() -> post("missed"));
        pass(Duration.ofSeconds(10));
        await(runtime.disconnect());
        post("missed too");
        gateway.faults().stallHttp("GET /v1/channels/*/messages", false);
        await(runtime.connect());
        pass(Duration.ofMinutes(1));

        assertThat(texts(seen)).containsExactly("missed", "missed too");
    }

    @Test
    void aGapOfTheRefillHasItsTimeAndReason() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.faults().failHttp("GET /v1/channels/*/messages", 500, 1);
        whileAway(() -> post("missed"));
        pass(Duration.ofSeconds(30));

        assertThat(seen.values).hasSize(1).first().isInstanceOfSatisfying(Delivery.Gap.class, gap -> {
            assertThat(gap.reason()).contains("500");
            assertThat(gap.from()).isBefore(gap.to());
        });
    }

    @Test
    void aSubscriberThatCannotTakeTheRefillEndsAlone() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> all = watch(runtime.channels().refilled(lobby.id()));
        List<Throwable> errors = new ArrayList<>();
        runtime.channels()
                .refilled(
                        lobby.id(),
                        StreamOptions.of(OverflowPolicy.ERROR)
                                .withDeliverOn(time)
                                .withCapacity(3))
                .subscribe(new reactor.core.publisher.BaseSubscriber<>() {
                    @Override
                    protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                        subscription.request(1);
                    }

                    @Override
                    protected void hookOnNext(Delivery<ChannelMessage> value) {}

                    @Override
                    protected void hookOnError(Throwable error) {
                        errors.add(error);
                    }
                });
        whileAway(() -> numbered(1, 20).forEach(this::post));
        pass(Duration.ofSeconds(30));

        assertThat(texts(all)).containsExactlyElementsOf(numbered(1, 20));
        assertThat(runtime.currentState().name()).isEqualTo("connected");
    }

    @Test
    void drainingWaitsForARefillThatRuns() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.faults().delayHistory(Duration.ofSeconds(10));
        whileAway(() -> post("missed"));
        pass(Duration.ofSeconds(5));
        assertThat(gateway.requests("GET /v1/channels/*/messages")).hasSize(1);
        Seen<Void> drained = watch(runtime.drain(Duration.ofMinutes(1)));
        pass(Duration.ofSeconds(2));
        assertThat(drained.completed).isFalse();
        pass(Duration.ofSeconds(10));

        assertThat(drained.completed).isTrue();
        assertThat(texts(seen)).containsExactly("missed");
    }

    @Test
    void closingDuringARefillTellsTheGapAndLetsGoWhatIsHeldBack() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<ChannelMessage>> seen = watch(runtime.channels().refilled(lobby.id()));
        gateway.faults().stallHttp("GET /v1/channels/*/messages", true);
        whileAway(() -> post("missed"));
        pass(Duration.ofSeconds(10));
        post("held back");
        pass(Duration.ofSeconds(1));
        assertThat(seen.values).isEmpty();
        await(runtime.close());

        assertThat(texts(seen)).containsExactly("GAP", "held back");
        assertThat(seen.completed).isTrue();
    }

    /** Whoever has read the channel before has left a refill half done. */
    @Test
    void whoComesAfterAnUnfinishedRefillHearsWhatComes() {
        NookplotRuntime runtime = refilling();
        gateway.faults().stallHttp("GET /v1/channels/*/messages", true);
        Disposable first = runtime.channels().refilled(lobby.id()).subscribe();
        whileAway(() -> post("missed"));
        pass(Duration.ofSeconds(10));
        whileAway(() -> {
            post("missed too");
            first.dispose();
        });
        pass(Duration.ofSeconds(10));
        Seen<Delivery<ChannelMessage>> second = watch(runtime.channels().refilled(lobby.id()));
        post("heard");
        pass(Duration.ofSeconds(1));

        assertThat(texts(second)).containsExactly("heard");
    }

    @Test
    void whoComesAfterAnUnfinishedRefillOfTheInboxHearsWhatComes() {
        NookplotRuntime runtime = refilling();
        gateway.faults().stallHttp("GET /v1/inbox", true);
        Disposable first = runtime.inbox().refilled().subscribe();
        whileAway(() -> gateway.direct(bob, alice, "missed"));
        pass(Duration.ofSeconds(10));
        whileAway(first::dispose);
        pass(Duration.ofSeconds(10));
        Seen<Delivery<InboxMessage>> second = watch(runtime.inbox().refilled());
        gateway.direct(bob, alice, "heard");
        pass(Duration.ofSeconds(1));

        assertThat(second.values).singleElement().isInstanceOf(Delivery.Message.class);
    }

    @Test
    void directMessagesAreRefilledFromTheInbox() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<InboxMessage>> seen = watch(runtime.inbox().refilled());
        gateway.direct(bob, alice, "one");
        pass(Duration.ofSeconds(1));
        whileAway(() -> {
            gateway.direct(bob, alice, "two");
            gateway.direct(bob, alice, "three " + "x".repeat(300));
        });
        pass(Duration.ofSeconds(30));
        gateway.direct(bob, alice, "four");
        pass(Duration.ofSeconds(10));

        List<String> texts = new ArrayList<>();
        seen.values.forEach(delivery -> texts.add(
                delivery instanceof Delivery.Message<InboxMessage> message
                        ? message.payload().content()
                        : "GAP"));
        assertThat(texts).containsExactly("one", "two", "three " + "x".repeat(300), "four");
    }

    @Test
    void moreThanAPageOfDirectMessagesIsRefilled() {
        NookplotRuntime runtime = refilling();
        Seen<Delivery<InboxMessage>> seen = watch(runtime.inbox().refilled());
        whileAway(() -> numbered(1, 450).forEach(text -> gateway.direct(bob, alice, text)));
        pass(Duration.ofMinutes(2));

        assertThat(seen.values.stream()
                        .filter(Delivery.Message.class::isInstance)
                        .count())
                .isEqualTo(450);
        assertThat(seen.values).noneMatch(Delivery.Gap.class::isInstance);
    }
}
