package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.SubscriptionException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.nookplot.ChannelSubscription.Status;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

/** Which channels are subscribed, across reconnects and within the agent's 50 slots. */
class SubscriptionsTest extends InMemoryScenario {

    private List<GatewayChannel> channels(int count) {
        List<GatewayChannel> channels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            channels.add(gateway.channel("channel-" + i, alice, bob));
            pass(Duration.ofMillis(1)); // so that they differ in age
        }
        return channels;
    }

    private static Status status(NookplotRuntime runtime, GatewayChannel channel) {
        return runtime.channels().subscriptions().stream()
                .filter(subscription -> subscription.channelId().equals(channel.id()))
                .map(ChannelSubscription::status)
                .findFirst()
                .orElseThrow();
    }

    // ---- Memberships

    @Test
    void membershipsAreSubscribedByThemselves() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        GatewayChannel foreign = gateway.channel("foreign", bob);
        NookplotRuntime runtime = connected();
        Seen<ChannelMessage> messages = watch(runtime.channels().messages());
        gateway.post(bob, lobby, "hello");
        gateway.post(bob, foreign, "not for alice");
        pass(Duration.ofSeconds(1));

        assertThat(messages.values).extracting(ChannelMessage::content).containsExactly("hello");
        assertThat(runtime.channels().subscriptions())
                .containsExactly(new ChannelSubscription(lobby.id(), false, Status.SUBSCRIBED, null));
    }

    @Test
    void withoutAutoSubscribeNothingIsSubscribedUnasked() {
        gateway.channel("lobby", alice, bob);
        connected(b -> b.autoSubscribe(false));
        pass(Duration.ofMinutes(1));

        assertThat(gateway.subscriptions(alice)).isEmpty();
        assertThat(gateway.requests("GET /v1/channels")).isEmpty();
    }

    @Test
    void discoveryGoesOverAllPagesInTheBackgroundsPace() {
        for (int i = 0; i < 450; i++) {
            gateway.channel("foreign-" + i, bob);
        }
        GatewayChannel oldest = gateway.channel("lobby", alice);
        for (int i = 450; i < 850; i++) {
            gateway.channel("foreign-" + i, bob);
            pass(Duration.ofMillis(1));
        }
        NookplotRuntime runtime = connected();
        assertThat(runtime.currentState().name()).isEqualTo("connected"); // before the pages have come
        pass(Duration.ofSeconds(30));

        assertThat(gateway.subscriptions(alice)).containsExactly(oldest.id());
        List<Instant> calls = gateway.requests("GET /v1/channels").stream()
                .map(request -> request.at())
                .toList();
        assertThat(calls).hasSize(5);
        for (int i = 1; i < calls.size(); i++) {
            assertThat(Duration.between(calls.get(i - 1), calls.get(i))).isGreaterThanOrEqualTo(Duration.ofSeconds(5));
        }
    }

    @Test
    void of74MembershipsTheNewest50AreSubscribedAndTheOthersReported() {
        List<GatewayChannel> channels = channels(74);
        NookplotRuntime runtime = runtime();
        Seen<ChannelNotice> errors = watch(runtime.events().type(GatewayEvent.CHANNEL_ERROR, ChannelNotice.class));
        await(runtime.connect());
        pass(Duration.ofSeconds(10));

        assertThat(gateway.subscriptions(alice))
                .containsExactlyInAnyOrderElementsOf(channels.subList(24, 74).stream()
                        .map(GatewayChannel::id)
                        .toList());
        assertThat(errors.values)
                .hasSize(24)
                .allSatisfy(notice -> assertThat(notice.error()).contains("slots"));
        assertThat(runtime.channels().subscriptions()).hasSize(74);
        assertThat(runtime.channels().subscriptions().subList(50, 74))
                .allMatch(subscription -> subscription.status() == Status.NO_SLOT && subscription.reason() != null);
    }

    @Test
    void anExplicitSubscriptionTakesTheSlotOfTheOldestMembership() {
        List<GatewayChannel> channels = channels(60);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(10));
        GatewayChannel wanted = channels.get(0);
        GatewayChannel loser = channels.get(10);
        assertThat(status(runtime, wanted)).isEqualTo(Status.NO_SLOT);
        assertThat(status(runtime, loser)).isEqualTo(Status.SUBSCRIBED);

        assertThat(await(runtime.channels().subscribe(wanted.id()))).isEqualTo(Status.SUBSCRIBED);
        assertThat(status(runtime, loser)).isEqualTo(Status.NO_SLOT);
        assertThat(gateway.subscriptions(alice))
                .hasSize(50)
                .contains(wanted.id())
                .doesNotContain(loser.id());
    }

    @Test
    void aSlotThatBecomesFreeGoesToTheNextInLine() {
        List<GatewayChannel> channels = channels(51);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(10));
        assertThat(status(runtime, channels.get(0))).isEqualTo(Status.NO_SLOT);
        await(runtime.channels().unsubscribe(channels.get(50).id()));

        assertThat(status(runtime, channels.get(0))).isEqualTo(Status.SUBSCRIBED);
        assertThat(gateway.subscriptions(alice))
                .hasSize(50)
                .contains(channels.get(0).id());
    }

    @Test
    void createdAndJoinedChannelsAreSubscribedAtOnceAndLeftOnesNoMore() {
        NookplotRuntime runtime = connected();
        Channel mine = await(runtime.channels().create(NewChannel.of("mine", "Mine")));
        GatewayChannel bobs = gateway.channel("bobs", bob);
        await(runtime.channels().join(bobs.id()));
        assertThat(gateway.subscriptions(alice)).containsExactlyInAnyOrder(mine.id(), bobs.id());

        await(runtime.channels().leave(bobs.id()));
        assertThat(gateway.subscriptions(alice)).containsExactly(mine.id());
        loseAndRegain(runtime);
        pass(Duration.ofSeconds(10));
        assertThat(gateway.subscriptions(alice)).containsExactly(mine.id());
    }

    @Test
    void newMembershipsAreFoundAfterAReconnect() {
        NookplotRuntime runtime = connected();
        GatewayChannel lobby = gateway.channel("lobby", bob);
        gateway.addMember(lobby, alice);
        loseAndRegain(runtime);
        pass(Duration.ofSeconds(10));

        assertThat(status(runtime, lobby)).isEqualTo(Status.SUBSCRIBED);
    }

    @Test
    void aFailedDiscoveryIsAnEventAndAnError() {
        gateway.faults().failHttp("GET /v1/channels", 500, 1);
        NookplotRuntime runtime = runtime();
        Seen<GatewayEvent> failed = watch(runtime.events().type(GatewayEvent.DISCOVERY_FAILED));
        Seen<?> errors = watch(runtime.errors());
        await(runtime.connect());
        pass(Duration.ofSeconds(10));

        assertThat(failed.values).hasSize(1).allMatch(GatewayEvent::local);
        assertThat(errors.values).hasSize(1).first().isInstanceOf(HttpStatusException.ServerError.class);
        assertThat(runtime.currentState().name()).isEqualTo("connected");
    }

    @Test
    void discoveryEndsWithItsSession() {
        gateway.channel("lobby", alice);
        gateway.faults().stallHttp("GET /v1/channels", true);
        NookplotRuntime runtime = connected();
        await(runtime.disconnect());
        gateway.faults().stallHttp("GET /v1/channels", false);
        pass(Duration.ofMinutes(1));

        assertThat(gateway.frames(alice)).noneMatch(frame -> frame.type().equals("channel.subscribe"));
    }

    // ---- Explicit subscriptions

    @Test
    void explicitSubscriptionsAreRestoredBeforeTheStateTurnsConnected() {
        List<GatewayChannel> channels = channels(3);
        NookplotRuntime runtime = connected(b -> b.autoSubscribe(false));
        channels.forEach(channel -> await(runtime.channels().subscribe(channel.id())));
        List<List<String>> atConnected = new ArrayList<>();
        runtime.state()
                .filter(state -> state.name().equals("connected"))
                .skip(1)
                .subscribe(state -> atConnected.add(gateway.subscriptions(alice)));
        loseAndRegain(runtime);

        assertThat(atConnected).hasSize(1);
        assertThat(atConnected.get(0))
                .containsExactlyElementsOf(
                        channels.stream().map(GatewayChannel::id).toList());
        assertThat(gateway.frames(alice))
                .filteredOn(frame -> frame.type().equals("channel.subscribe"))
                .hasSize(6); // each once a session
    }

    @Test
    void aSubscribeWhileOfflineIsDoneWithTheNextSession() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = runtime(b -> b.autoSubscribe(false));
        assertThat(await(runtime.channels().subscribe(lobby.id()))).isEqualTo(Status.PENDING);
        await(runtime.connect());

        assertThat(gateway.subscriptions(alice)).containsExactly(lobby.id());
        assertThat(status(runtime, lobby)).isEqualTo(Status.SUBSCRIBED);
    }

    @Test
    void anUnsubscribeOutlivesReconnectsAlsoOfAMembership() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(1));
        await(runtime.channels().unsubscribe(lobby.id()));
        loseAndRegain(runtime);
        pass(Duration.ofMinutes(1));
        assertThat(gateway.subscriptions(alice)).isEmpty();

        await(runtime.channels().subscribe(lobby.id()));
        assertThat(gateway.subscriptions(alice)).containsExactly(lobby.id());
    }

    @Test
    void anUnsubscribeWhileOfflineIsKept() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = runtime();
        await(runtime.channels().unsubscribe(lobby.id()));
        await(runtime.connect());
        pass(Duration.ofMinutes(1));

        assertThat(gateway.subscriptions(alice)).isEmpty();
    }

    @Test
    void aRefusedSubscribeFailsAndIsTriedAgainWithTheNextSession() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        gateway.faults().denySubscription(lobby);
        NookplotRuntime runtime = connected(b -> b.autoSubscribe(false));

        assertThatThrownBy(() -> await(runtime.channels().subscribe(lobby.id())))
                .isInstanceOf(SubscriptionException.class)
                .hasMessageContaining("not a member or limit reached");
        assertThat(status(runtime, lobby)).isEqualTo(Status.REFUSED);
        gateway.faults().allowSubscription(lobby);
        loseAndRegain(runtime);
        assertThat(status(runtime, lobby)).isEqualTo(Status.SUBSCRIBED);
    }

    @Test
    void aSubscribeWithoutAnswerHasALimit() {
        NookplotRuntime runtime = connected();

        assertThatThrownBy(() -> await(runtime.channels().subscribe("no-uuid"), Duration.ofSeconds(11)))
                .isInstanceOf(TimeLimitException.class)
                .hasMessageContaining("no-uuid");
    }

    @Test
    void aSubscribeWhoseSessionEndsFailsAndIsDoneWithTheNext() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected(b -> b.autoSubscribe(false));
        gateway.faults().silentSubscription(lobby);
        Seen<Status> asked = watch(runtime.channels().subscribe(lobby.id()));
        gateway.faults().allowSubscription(lobby);
        gateway.faults().silentSubscription(lobby);
        pass(Duration.ofSeconds(1));
        gateway.faults().allowSubscription(lobby);
        loseAndRegain(runtime);

        assertThat(asked.error).isInstanceOf(SessionEndedException.class);
        assertThat(status(runtime, lobby)).isEqualTo(Status.SUBSCRIBED);
    }

    @Test
    void oneThatIsNotAnsweredHoldsUpNoOtherWhenTheyAreRestored() {
        List<GatewayChannel> channels = channels(3);
        NookplotRuntime runtime = connected(b -> b.autoSubscribe(false));
        channels.forEach(channel -> await(runtime.channels().subscribe(channel.id())));
        gateway.faults().silentSubscription(channels.get(0));
        gateway.faults().denySubscription(channels.get(1));
        Seen<ChannelNotice> errors = watch(runtime.events().type(GatewayEvent.CHANNEL_ERROR, ChannelNotice.class));
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(13)); // delay and subscribeTimeout

        assertThat(runtime.currentState().name()).isEqualTo("connected");
        assertThat(channels.stream().map(channel -> status(runtime, channel)))
                .containsExactly(Status.UNANSWERED, Status.REFUSED, Status.SUBSCRIBED);
        assertThat(errors.values)
                .extracting(ChannelNotice::channelId)
                .containsExactlyInAnyOrder(channels.get(0).id(), channels.get(1).id());
    }

    @Test
    void parallelSubscribesOfOneChannelShareOneRequest() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected(b -> b.autoSubscribe(false));
        Seen<Status> one = watch(runtime.channels().subscribe(lobby.id()));
        Seen<Status> two = watch(runtime.channels().subscribe(lobby.id()));
        pass(Duration.ofSeconds(1));

        assertThat(one.values).containsExactly(Status.SUBSCRIBED);
        assertThat(two.values).containsExactly(Status.SUBSCRIBED);
        assertThat(runtime.channels().subscriptions()).hasSize(1);
    }

    @Test
    void atTheLimitARefusedChannelThatDeliversCountsAsSubscribed() {
        List<GatewayChannel> channels = channels(50);
        NookplotRuntime other = connected(); // keeps the agent's subscriptions alive
        pass(Duration.ofSeconds(10));
        NookplotRuntime runtime = connected();
        Seen<ChannelMessage> messages =
                watch(runtime.channels().messages(channels.get(7).id()));
        pass(Duration.ofSeconds(10));
        assertThat(status(runtime, channels.get(7))).isEqualTo(Status.REFUSED);
        gateway.post(bob, channels.get(7), "still here");
        pass(Duration.ofSeconds(1));

        assertThat(messages.values).hasSize(1);
        assertThat(status(runtime, channels.get(7))).isEqualTo(Status.SUBSCRIBED);
        assertThat(other.currentState().name()).isEqualTo("connected");
    }

    @Test
    void anAnswerWithoutChannelsIsAFailedDiscovery() {
        gateway.faults().malformedHttp("GET /v1/channels", 1, "{}");
        NookplotRuntime runtime = runtime();
        Seen<GatewayEvent> failed = watch(runtime.events().type(GatewayEvent.DISCOVERY_FAILED));
        await(runtime.connect());
        pass(Duration.ofSeconds(10));

        assertThat(failed.values).hasSize(1);
    }

    @Test
    void anEmptyAnswerIsAFailedDiscovery() {
        gateway.faults().malformedHttp("GET /v1/channels", 1, "");
        NookplotRuntime runtime = runtime();
        Seen<GatewayEvent> failed = watch(runtime.events().type(GatewayEvent.DISCOVERY_FAILED));
        await(runtime.connect());
        pass(Duration.ofSeconds(10));

        assertThat(failed.values).hasSize(1);
    }

    // ---- In quick succession

    /** What the gateway says arrives after a while, so that the next request overtakes the answer to the one before. */
    private NookplotRuntimeBuilder distant(NookplotRuntimeBuilder builder) {
        PipeConnector pipes = (request, listener) -> gateway.pipes().connect(request, new PipeListener() {
            @Override
            public void onText(ByteBuf payload) {
                ByteBuf copy = Unpooled.copiedBuffer(payload);
                time.schedule(() -> listener.onText(copy), 100, TimeUnit.MILLISECONDS);
            }

            @Override
            public void onBinary(ByteBuf payload) {
                listener.onBinary(payload);
            }
        });
        return builder.transport(gateway.exchange(), pipes);
    }

    @Test
    void subscribeUnsubscribeSubscribeInOneBreathEndsSubscribed() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected(b -> distant(b).autoSubscribe(false));
        Seen<Status> one = watch(runtime.channels().subscribe(lobby.id()));
        Seen<Void> two = watch(runtime.channels().unsubscribe(lobby.id()));
        Seen<Status> three = watch(runtime.channels().subscribe(lobby.id()));
        pass(Duration.ofSeconds(30));

        assertThat(List.of(one.completed, two.completed, three.completed)).containsOnly(true);
        assertThat(gateway.subscriptions(alice)).containsExactly(lobby.id());
        assertThat(status(runtime, lobby)).isEqualTo(Status.SUBSCRIBED);
    }

    @Test
    void subscribeUnsubscribeInOneBreathEndsUnsubscribed() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected(b -> distant(b).autoSubscribe(false));
        watch(runtime.channels().subscribe(lobby.id()));
        Seen<Void> unsubscribed = watch(runtime.channels().unsubscribe(lobby.id()));
        pass(Duration.ofSeconds(30));

        assertThat(unsubscribed.error).isNull();
        assertThat(unsubscribed.completed).isTrue();
        assertThat(gateway.subscriptions(alice)).isEmpty();
        assertThat(runtime.channels().subscriptions()).isEmpty();
    }

    @Test
    void parallelUnsubscribesOfOneChannelBothSucceed() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected(this::distant);
        pass(Duration.ofSeconds(1));
        Seen<Void> one = watch(runtime.channels().unsubscribe(lobby.id()));
        Seen<Void> two = watch(runtime.channels().unsubscribe(lobby.id()));
        pass(Duration.ofSeconds(1));

        assertThat(one.completed).isTrue();
        assertThat(two.completed).isTrue();
    }

    @Test
    void aRetryRightAfterARefusalAsksAgain() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        gateway.faults().denySubscription(lobby);
        NookplotRuntime runtime = connected(b -> distant(b).autoSubscribe(false));
        Status status = await(runtime.channels()
                .subscribe(lobby.id())
                .doOnError(refused -> gateway.faults().allowSubscription(lobby))
                .retry(1));

        assertThat(status).isEqualTo(Status.SUBSCRIBED);
    }

    @Test
    void aSubscribeWhoseCallerHasGoneCountsWhenItIsConfirmed() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected(b -> distant(b).autoSubscribe(false));
        Seen<Delivery<ChannelMessage>> deliveries = watch(runtime.channels().deliveries(lobby.id()));
        runtime.channels().subscribe(lobby.id()).subscribe().dispose();
        pass(Duration.ofSeconds(1));
        assertThat(gateway.subscriptions(alice)).containsExactly(lobby.id());
        assertThat(status(runtime, lobby)).isEqualTo(Status.SUBSCRIBED);
        loseAndRegain(runtime);

        assertThat(deliveries.values).hasSize(1).first().isInstanceOf(Delivery.Gap.class);
    }

    @Test
    void aConfirmationBehindTheTimeLimitCountsAllTheSame() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        gateway.faults().silentSubscription(lobby);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(30));
        assertThat(status(runtime, lobby)).isEqualTo(Status.UNANSWERED);
        gateway.push(alice, GatewayEvent.CHANNEL_JOINED, Map.of("channelId", lobby.id()));
        pass(Duration.ofSeconds(1));

        assertThat(status(runtime, lobby)).isEqualTo(Status.SUBSCRIBED);
    }

    @Test
    void aSlotThatALeftChannelHadGoesToTheNextInLine() {
        List<GatewayChannel> channels = channels(51);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(10));
        assertThat(status(runtime, channels.get(0))).isEqualTo(Status.NO_SLOT);
        await(runtime.channels().leave(channels.get(50).id()));

        assertThat(status(runtime, channels.get(0))).isEqualTo(Status.SUBSCRIBED);
    }

    @Test
    void aNewMembershipTakesTheSlotOfTheOldest() {
        List<GatewayChannel> channels = channels(50);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(10));
        Channel mine = await(runtime.channels().create(NewChannel.of("mine", "Mine")));

        assertThat(gateway.subscriptions(alice)).hasSize(50).contains(mine.id());
        assertThat(status(runtime, channels.get(0))).isEqualTo(Status.NO_SLOT);
    }

    @Test
    void anExplicitSubscribeOfASubscribedMembershipSucceedsAlsoAtTheLimit() {
        List<GatewayChannel> channels = channels(50);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(10));

        assertThat(await(runtime.channels().subscribe(channels.get(0).id()))).isEqualTo(Status.SUBSCRIBED);
    }

    @Test
    void aRefusedSubscribeGivesTheSlotBack() {
        List<GatewayChannel> channels = channels(50);
        GatewayChannel foreign = gateway.channel("foreign", bob);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(10));
        Seen<Status> refused = watch(runtime.channels().subscribe(foreign.id()));
        pass(Duration.ofSeconds(1));

        assertThat(refused.error).isInstanceOf(SubscriptionException.class);
        assertThat(gateway.subscriptions(alice)).hasSize(50);
        assertThat(status(runtime, channels.get(0))).isEqualTo(Status.SUBSCRIBED);
    }

    @Test
    void aDiscoveryThatADisconnectEndsHasNotFailed() {
        gateway.faults().stallHttp("GET /v1/channels", true);
        NookplotRuntime runtime = connected();
        Seen<GatewayEvent> failed = watch(runtime.events().type(GatewayEvent.DISCOVERY_FAILED));
        Seen<?> errors = watch(runtime.errors());
        await(runtime.disconnect());

        assertThat(failed.values).isEmpty();
        assertThat(errors.values).isEmpty();
    }

    @Test
    void afterADisconnectInTheMomentOfTheWelcomeASubscribeWaitsForTheNextSession() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected(b -> b.autoSubscribe(false));
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

        assertThat(await(runtime.channels().subscribe(lobby.id()))).isEqualTo(Status.PENDING);
    }
}
