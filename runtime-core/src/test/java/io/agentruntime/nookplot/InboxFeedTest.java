package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

/** Direct messages with their full text. */
class InboxFeedTest extends InMemoryScenario {

    private static final String LONG = "abcdefghij".repeat(50);

    @Test
    void aShortMessageComesAtOnceAndCostsNoRequest() {
        NookplotRuntime runtime = connected();
        Seen<InboxMessage> inbox = watch(runtime.inbox().messages());
        gateway.direct(bob, alice, "x".repeat(199));
        pass(Duration.ofSeconds(1));

        assertThat(inbox.values).hasSize(1).first().satisfies(message -> {
            assertThat(message.content()).hasSize(199);
            assertThat(message.truncated()).isFalse();
        });
        assertThat(gateway.requests("GET /v1/inbox")).isEmpty();
    }

    @Test
    void longMessagesAreFetchedTogetherAndKeepTheirOrder() {
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(10));
        Seen<InboxMessage> inbox = watch(runtime.inbox().messages());
        gateway.direct(bob, alice, "1" + LONG);
        gateway.direct(bob, alice, "2");
        gateway.direct(bob, alice, "3" + LONG);
        pass(Duration.ofSeconds(20));

        assertThat(inbox.values).extracting(InboxMessage::content).containsExactly("1" + LONG, "2", "3" + LONG);
        assertThat(inbox.values.get(0).fromName()).isEqualTo("bob");
        assertThat(gateway.requests("GET /v1/inbox").size()).isLessThanOrEqualTo(2);
    }

    @Test
    void exactly200CharactersMayBeCutAndAreLookedUp() {
        NookplotRuntime runtime = connected();
        Seen<InboxMessage> inbox = watch(runtime.inbox().messages());
        gateway.direct(bob, alice, "x".repeat(200));
        pass(Duration.ofSeconds(20));

        assertThat(inbox.values).hasSize(1).noneMatch(InboxMessage::truncated);
        assertThat(gateway.requests("GET /v1/inbox")).hasSize(1);
    }

    @Test
    void whatTheInboxDoesNotHaveComesCutAndSaysSo() {
        NookplotRuntime runtime = connected();
        Seen<InboxMessage> inbox = watch(runtime.inbox().messages());
        gateway.faults().malformedHttp("GET /v1/inbox", 1, "{\"messages\":[],\"limit\":50,\"offset\":0}");
        gateway.direct(bob, alice, LONG);
        pass(Duration.ofSeconds(20));

        assertThat(inbox.values).hasSize(1).first().satisfies(message -> {
            assertThat(message.truncated()).isTrue();
            assertThat(message.content()).isEqualTo(LONG.substring(0, 200));
        });
    }

    @Test
    void anInboxThatStaysRefusedIsReportedAndNothingIsLost() {
        NookplotRuntime runtime = connected();
        Seen<InboxMessage> inbox = watch(runtime.inbox().messages());
        Seen<RuntimeClientException> errors = watch(runtime.errors());
        gateway.faults().failHttp("GET /v1/inbox", 500, 1);
        gateway.direct(bob, alice, "1" + LONG);
        gateway.direct(bob, alice, "2");
        pass(Duration.ofSeconds(20));

        assertThat(inbox.values).hasSize(2);
        assertThat(inbox.values.get(0).truncated()).isTrue();
        assertThat(errors.values).hasSize(1).first().isInstanceOf(HttpStatusException.ServerError.class);
    }

    @Test
    void whenNobodyListensNothingIsFetched() {
        connected();
        gateway.direct(bob, alice, LONG);
        pass(Duration.ofMinutes(1));

        assertThat(gateway.requests("GET /v1/inbox")).isEmpty();
    }

    @Test
    void aReconnectLeavesAGapInItsPlace() {
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(10));
        Seen<Delivery<InboxMessage>> inbox = watch(runtime.inbox().deliveries());
        gateway.direct(bob, alice, "1" + LONG);
        pass(Duration.ofMillis(1));
        gateway.restart(Shutdown.KILLED, Duration.ofSeconds(1)).subscribe();
        pass(Duration.ofSeconds(20));
        gateway.direct(bob, alice, "2");
        pass(Duration.ofSeconds(1));

        assertThat(inbox.values).hasSize(3);
        assertThat(inbox.values.get(0)).isInstanceOf(Delivery.Message.class);
        assertThat(inbox.values.get(1)).isInstanceOf(Delivery.Gap.class);
        assertThat(inbox.values.get(2)).isInstanceOf(Delivery.Message.class);
    }

    @Test
    void moreThanCanWaitGoOutCutInsteadOfBeingLost() {
        NookplotRuntime runtime = connected(b -> b.streams(io.agentruntime.stream.StreamOptions.defaults()
                .withDeliverOn(time)
                .withCapacity(5000)));
        Seen<InboxMessage> inbox = watch(runtime.inbox().messages());
        gateway.faults().stallHttp("GET /v1/inbox", true);
        for (int i = 0; i < 1100; i++) {
            gateway.direct(bob, alice, i + LONG);
        }
        pass(Duration.ofSeconds(1));
        assertThat(inbox.values.size()).isEqualTo(1025);
        assertThat(inbox.values.stream().allMatch(InboxMessage::truncated)).isTrue();
        gateway.faults().stallHttp("GET /v1/inbox", false);
        pass(Duration.ofMinutes(2));

        assertThat(inbox.values.size()).isEqualTo(1100);
        assertThat(inbox.values.get(1099).content()).isEqualTo(1099 + LONG);
    }

    @Test
    void anInboxThatAnswersWithNothingHoldsUpNothing() {
        NookplotRuntime runtime = connected();
        Seen<InboxMessage> inbox = watch(runtime.inbox().messages());
        gateway.faults().malformedHttp("GET /v1/inbox", 1, "");
        gateway.direct(bob, alice, "1" + LONG);
        gateway.direct(bob, alice, "2");
        pass(Duration.ofSeconds(20));
        gateway.direct(bob, alice, "3" + LONG);
        pass(Duration.ofSeconds(20));

        assertThat(inbox.values)
                .extracting(InboxMessage::content)
                .containsExactly(("1" + LONG).substring(0, 200), "2", "3" + LONG);
    }

    @Test
    void aSessionThatEndsWithItsWelcomeLeavesTheGapToTheNext() {
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(1));
        Seen<Delivery<InboxMessage>> inbox = watch(runtime.inbox().deliveries());
        runtime.events()
                .type(
                        GatewayEvent.CONNECTION_STATE,
                        ConnectionNotice.class,
                        StreamOptions.defaults().withDeliverOn(Schedulers.immediate()))
                .filter(notice -> notice.state().equals("connected"))
                .next()
                .flatMap(welcome -> runtime.disconnect())
                .subscribe();
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(10));
        assertThat(runtime.currentState().name()).isEqualTo("disconnected");
        await(runtime.connect());

        assertThat(inbox.values)
                .last()
                .isInstanceOfSatisfying(
                        Delivery.Gap.class,
                        gap -> assertThat(gap.to())
                                .isEqualTo(Instant.ofEpochMilli(time.now(TimeUnit.MILLISECONDS))
                                        .minusSeconds(1)));
    }

    @Test
    void anAttemptThatNeverGotThroughLeavesNoGap() {
        NookplotRuntime runtime = runtime();
        Seen<Delivery<InboxMessage>> inbox = watch(runtime.inbox().deliveries());
        gateway.faults().dropAfterAccept(true);
        Seen<ConnectResult> refused = watch(runtime.connect());
        pass(Duration.ofMinutes(1));
        assertThat(refused.error).isNotNull();
        gateway.faults().dropAfterAccept(false);
        await(runtime.connect());

        assertThat(inbox.values).isEmpty();
    }

    @Test
    void drainingWaitsForTextsThatAreStillToCome() {
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(1));
        Seen<InboxMessage> inbox = watch(runtime.inbox().messages());
        gateway.direct(bob, alice, LONG);
        pass(Duration.ofMillis(1));
        Seen<Void> drained = watch(runtime.drain(Duration.ofMinutes(1)));
        pass(Duration.ofSeconds(1));
        assertThat(drained.completed).isFalse();
        pass(Duration.ofSeconds(10));

        assertThat(drained.completed).isTrue();
        assertThat(inbox.values).extracting(InboxMessage::content).containsExactly(LONG);
    }

    @Test
    void closingLetsWhatWaitsForItsTextGoOutCut() {
        NookplotRuntime runtime = connected();
        Seen<InboxMessage> inbox = watch(runtime.inbox().messages());
        gateway.direct(bob, alice, LONG);
        pass(Duration.ofMillis(1));
        await(runtime.close());

        assertThat(inbox.values).hasSize(1).allMatch(InboxMessage::truncated);
        assertThat(inbox.completed).isTrue();
    }
}
