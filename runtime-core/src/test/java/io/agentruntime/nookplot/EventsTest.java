package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.testkit.GatewayChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each event of the protocol page. */
class EventsTest extends InMemoryScenario {

    @Test
    void theFirstEventIsTheGatewaysWelcome() {
        NookplotRuntime runtime = runtime();
        Seen<ConnectionNotice> notices =
                watch(runtime.events().type(GatewayEvent.CONNECTION_STATE, ConnectionNotice.class));
        await(runtime.connect());
        await(runtime.disconnect());

        assertThat(notices.values)
                .containsExactly(
                        new ConnectionNotice("connected", alice.id(), null),
                        new ConnectionNotice("disconnected", null, null));
    }

    @Test
    void subscribingAndUnsubscribingAreEvents() {
        GatewayChannel lobby = gateway.channel("lobby", alice);
        GatewayChannel closed = gateway.channel("closed", alice);
        gateway.faults().denySubscription(closed);
        NookplotRuntime runtime = connected(b -> b.autoSubscribe(false));
        Seen<ChannelNotice> joined = watch(runtime.events().type(GatewayEvent.CHANNEL_JOINED, ChannelNotice.class));
        Seen<ChannelNotice> left = watch(runtime.events().type(GatewayEvent.CHANNEL_LEFT, ChannelNotice.class));
        Seen<ChannelNotice> refused = watch(runtime.events().type(GatewayEvent.CHANNEL_ERROR, ChannelNotice.class));
        await(runtime.channels().subscribe(lobby.id()));
        await(runtime.channels().subscribe(closed.id()).onErrorComplete());
        await(runtime.channels().unsubscribe(lobby.id()));

        assertThat(joined.values).containsExactly(new ChannelNotice(lobby.id(), null));
        assertThat(left.values).containsExactly(new ChannelNotice(lobby.id(), null));
        assertThat(refused.values)
                .hasSize(1)
                .first()
                .satisfies(notice -> assertThat(notice.error()).contains("Cannot subscribe"));
    }

    @Test
    void channelMessagesAreEventsWithTheGatewaysTime() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(1));
        Seen<GatewayEvent> raw = watch(runtime.events().type(GatewayEvent.CHANNEL_MESSAGE));
        Seen<ChannelMessage> typed = watch(runtime.events().type(GatewayEvent.CHANNEL_MESSAGE, ChannelMessage.class));
        String id = gateway.post(bob, lobby, "hello");
        pass(Duration.ofSeconds(1));

        assertThat(raw.values).hasSize(1).first().satisfies(event -> {
            assertThat(event.time()).contains(Instant.ofEpochSecond(2));
            assertThat(event.data().string("content")).isEqualTo("hello");
            assertThat(event.local()).isFalse();
            assertThat(event.toString()).doesNotContain("hello");
        });
        assertThat(typed.values).extracting(ChannelMessage::messageId).containsExactly(id);
    }

    @Test
    void membersComeAndGo() {
        GatewayChannel lobby = gateway.channel("lobby", alice);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(1));
        Seen<MemberNotice> came = watch(runtime.events().type("channel.member.joined", MemberNotice.class));
        Seen<MemberNotice> went = watch(runtime.events().type("channel.member.left", MemberNotice.class));
        NookplotRuntime other = gateway.runtime(bob).build();
        await(other.channels().join(lobby.id()));
        await(other.channels().leave(lobby.id()));

        assertThat(came.values).hasSize(1).first().satisfies(notice -> {
            assertThat(notice.channelId()).isEqualTo(lobby.id());
            assertThat(notice.agentAddress()).isEqualToIgnoringCase(bob.address());
            assertThat(notice.displayName()).isEqualTo("bob");
        });
        assertThat(went.values).hasSize(1);
    }

    @Test
    void directMessagesAreAnnounced() {
        NookplotRuntime runtime = connected();
        Seen<DirectMessageNotice> notices =
                watch(runtime.events().type(GatewayEvent.MESSAGE_RECEIVED, DirectMessageNotice.class));
        String id = gateway.direct(bob, alice, "x".repeat(300));
        pass(Duration.ofSeconds(1));

        assertThat(notices.values).hasSize(1).first().satisfies(notice -> {
            assertThat(notice.messageId()).isEqualTo(id);
            assertThat(notice.from()).isEqualToIgnoringCase(bob.address());
            assertThat(notice.preview()).hasSize(200);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "post.new",
                "vote.received",
                "comment.received",
                "mention",
                "bounty.new",
                "bounty.claimed",
                "attestation.received",
                "follow.new",
                "webhook.received",
                "proactive.signal",
                "proactive.anything",
                "unknown.to.this.library"
            })
    void everyOtherEventIsKeptAsItCame(String type) {
        NookplotRuntime runtime = connected();
        Seen<GatewayEvent> all = watch(runtime.events().all());
        Seen<GatewayEvent> one = watch(runtime.events().type(type));
        gateway.push(alice, type, Map.of("title", "A title", "nested", Map.of("list", List.of(1, 2, 3))));
        pass(Duration.ofSeconds(1));

        assertThat(one.values).isEqualTo(all.values).hasSize(1);
        GatewayEvent event = one.values.get(0);
        assertThat(event.type()).isEqualTo(type);
        assertThat(event.data().string("title")).isEqualTo("A title");
        assertThat(event.data().tree().at("/nested/list/2").intValue()).isEqualTo(3);
    }

    @Test
    void fieldsBesideTheDataAreKept() {
        NookplotRuntime runtime = connected();
        Seen<GatewayEvent> events = watch(runtime.events().type("odd"));
        gateway.faults().sendText("{\"extra\":[1],\"data\":{},\"type\":\"odd\"}");
        pass(Duration.ofSeconds(1));

        assertThat(events.values.get(0).frame().field("extra")).isPresent();
        assertThat(events.values.get(0).time()).isEmpty();
    }

    @Test
    void dataThatDoesNotFitIsReportedAndTheStreamGoesOn() {
        record Bounty(int reward) {}
        NookplotRuntime runtime = connected();
        Seen<Bounty> bounties = watch(runtime.events().type("bounty.new", Bounty.class));
        Seen<RuntimeClientException> errors = watch(runtime.errors());
        gateway.push(alice, "bounty.new", Map.of("reward", "plenty"));
        gateway.push(alice, "bounty.new", Map.of("reward", 7));
        pass(Duration.ofSeconds(1));

        assertThat(bounties.values).containsExactly(new Bounty(7));
        assertThat(errors.values).hasSize(1).first().isInstanceOf(DecodeException.class);
    }

    @Test
    void aKnownEventOfAWrongShapeIsReportedAndTheConnectionLives() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(1));
        Seen<ChannelMessage> messages = watch(runtime.channels().messages(lobby.id()));
        Seen<RuntimeClientException> errors = watch(runtime.errors());
        gateway.faults().sendText("{\"type\":\"channel.message\",\"data\":{\"content\":\"no channel\"}}");
        gateway.faults().sendText("{\"type\":\"channel.message\",\"data\":{\"channelId\":\"" + lobby.id() + "\"}}");
        gateway.faults().sendText("{\"type\":\"channel.joined\",\"data\":{}}");
        gateway.faults().sendText("{\"type\":\"message.received\",\"data\":[]}");
        gateway.faults().sendText("{\"type\":5}");
        gateway.faults().sendText("not json");
        gateway.post(bob, lobby, "fine");
        pass(Duration.ofSeconds(1));

        assertThat(errors.values).hasSize(6).allMatch(DecodeException.class::isInstance);
        assertThat(messages.values).extracting(ChannelMessage::content).containsExactly("fine");
        assertThat(runtime.currentState().name()).isEqualTo("connected");
    }
}
