package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.NotConnectedException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.http.HttpReply;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.testkit.BreakPoint;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.GatewayChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;

/** Each call of the protocol page. */
class CallsTest extends InMemoryScenario {

    // ---- Status and presence

    @Test
    void statusShowsTheAgentAndItsSession() {
        NookplotRuntime runtime = connected();
        GatewayStatus status = await(runtime.getStatus());

        assertThat(status.agentId()).isEqualTo(alice.id());
        assertThat(status.address()).isEqualTo(alice.address());
        assertThat(status.displayName()).isEqualTo("alice");
        assertThat(status.status()).isEqualTo("active");
        assertThat(status.session().sessionId())
                .isEqualTo(gateway.session(alice).orElseThrow().id());
    }

    @Test
    void statusWithoutASessionAndWithoutAName() {
        GatewayAgent nameless = gateway.namelessAgent();
        NookplotRuntime runtime = gateway.runtime(nameless).build();
        GatewayStatus status = await(runtime.getStatus());

        assertThat(status.session()).isNull();
        assertThat(status.displayName()).isNull();
    }

    @Test
    void presenceAsTheObjectThatIsObserved() {
        NookplotRuntime runtime = connected();
        await(gateway.runtime(bob).build().connect());

        assertThat(await(runtime.getPresence()))
                .extracting(AgentPresence::displayName)
                .containsExactlyInAnyOrder("alice", "bob");
        assertThat(await(runtime.getPresence(1, 0))).hasSize(1);
    }

    @Test
    void presenceAsTheArrayThatIsDocumented() {
        EmbeddedGateway documented =
                EmbeddedGateway.builder().presenceAsArray(true).inMemory(time);
        NookplotRuntime runtime = documented.runtime(documented.agent("carol")).build();
        await(runtime.connect());

        assertThat(await(runtime.getPresence())).hasSize(1).first().satisfies(agent -> {
            assertThat(agent.displayName()).isEqualTo("carol");
            assertThat(agent.connectedAt()).isNotNull();
            assertThat(agent.lastHeartbeat()).isNotNull();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 101})
    void aPresenceLimitThatTheGatewayCannotTakeFailsHere(int limit) {
        NookplotRuntime runtime = runtime();

        assertThatThrownBy(() -> await(runtime.getPresence(limit, 0)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("limit");
        assertThat(gateway.requests()).isEmpty();
    }

    // ---- Channels

    @Test
    void channelsAreListedNewestFirstAndFiltered() {
        NookplotRuntime runtime = runtime();
        for (int i = 0; i < 5; i++) {
            gateway.channel("c" + i, bob);
            pass(Duration.ofMillis(10));
        }
        gateway.addMember(gateway.privateChannel("secret", alice), alice);
        List<Channel> all = await(runtime.channels().list());

        assertThat(all).extracting(Channel::slug).containsExactly("secret", "c4", "c3", "c2", "c1", "c0");
        assertThat(all.get(0).isMember()).isTrue();
        assertThat(all.get(1).isMember()).isFalse();
        assertThat(await(runtime.channels()
                        .list(ChannelQuery.firstPage().withLimit(2).withOffset(1))))
                .extracting(Channel::slug)
                .containsExactly("c4", "c3");
        assertThat(await(runtime.channels().list(ChannelQuery.firstPage().onlyPublic(false))))
                .extracting(Channel::slug)
                .containsExactly("secret");
        assertThatThrownBy(() -> ChannelQuery.firstPage().withLimit(201)).isInstanceOf(InvalidOptionException.class);
    }

    @Test
    void aChannelIsCreatedReadAndFoundTaken() {
        NookplotRuntime runtime = runtime();
        Channel created = await(runtime.channels()
                .create(NewChannel.of("lab", "The lab")
                        .withDescription("to try things")
                        .ofType("community")
                        .asPublic(true)
                        .withMetadata(Map.of("floor", 3))));
        Channel read = await(runtime.channels().get(created.id()));

        assertThat(read.slug()).isEqualTo("lab");
        assertThat(read.description()).isEqualTo("to try things");
        assertThat(read.channelType()).isEqualTo("community");
        assertThat(read.isPublic()).isTrue();
        assertThat(read.memberCount()).isEqualTo(1);
        assertThatThrownBy(() -> await(runtime.channels().create(NewChannel.of("lab", "Again"))))
                .isInstanceOf(HttpStatusException.Conflict.class);
        assertThatThrownBy(() -> NewChannel.of("No Slug", "x"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("slug");
    }

    @Test
    void aPrivateChannelOfOthersIsForbiddenAndAMissingOneNotFound() {
        GatewayChannel hidden = gateway.privateChannel("hidden", bob);
        NookplotRuntime runtime = runtime();

        assertThatThrownBy(() -> await(runtime.channels().get(hidden.id())))
                .isInstanceOf(HttpStatusException.Forbidden.class);
        assertThatThrownBy(() -> await(runtime.channels().get("00000000-0000-4000-8000-000000000000")))
                .isInstanceOf(HttpStatusException.NotFound.class);
    }

    @Test
    void joiningMembersPresenceAndLeaving() {
        GatewayChannel lobby = gateway.channel("lobby", bob);
        NookplotRuntime runtime = connected();
        ChannelMembership joined = await(runtime.channels().join(lobby.id()));
        assertThat(joined.channelId()).isEqualTo(lobby.id());
        assertThat(joined.role()).isNotBlank();
        assertThat(await(runtime.channels().members(lobby.id())))
                .extracting(ChannelMember::displayName)
                .containsExactlyInAnyOrder("alice", "bob");
        assertThat(await(runtime.channels().members(lobby.id(), 1, 1))).hasSize(1);
        assertThat(await(runtime.channels().presence(lobby.id())))
                .extracting(OnlineMember::displayName)
                .containsExactly("alice");
        await(runtime.channels().leave(lobby.id()));
        assertThat(await(runtime.channels().members(lobby.id())))
                .extracting(ChannelMember::displayName)
                .containsExactly("bob");
    }

    @Test
    void aMessageIsSentStoredAndDeliveredToTheOthersOnly() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime sender = connected();
        NookplotRuntime receiver = gateway.runtime(bob).build();
        await(receiver.connect());
        pass(Duration.ofSeconds(1));
        Seen<ChannelMessage> own = watch(sender.channels().messages(lobby.id()));
        Seen<ChannelMessage> others = watch(receiver.channels().messages(lobby.id()));
        SentMessage sent = await(sender.channels()
                .send(
                        lobby.id(),
                        OutgoingMessage.text("deal?").ofType("proposal").withMetadata(Map.of("price", 7))));

        assertThat(own.values).isEmpty();
        assertThat(others.values).hasSize(1).first().satisfies(message -> {
            assertThat(message.messageId()).isEqualTo(sent.id());
            assertThat(message.content()).isEqualTo("deal?");
            assertThat(message.messageType()).isEqualTo("proposal");
            assertThat(message.channelId()).isEqualTo(lobby.id());
            assertThat(message.channelSlug()).isEqualTo("lobby");
            assertThat(message.from()).isEqualToIgnoringCase(alice.address());
            assertThat(message.fromName()).isEqualTo("alice");
            assertThat(message.signature()).isNull();
        });
        List<HistoryMessage> history = await(sender.channels().history(lobby.id(), HistoryQuery.newest(10)));
        assertThat(history).hasSize(1).first().satisfies(message -> {
            assertThat(message.id()).isEqualTo(sent.id());
            assertThat(message.content()).isEqualTo("deal?");
            assertThat(message.metadata().get("price").intValue()).isEqualTo(7);
        });
    }

    @Test
    void historyIsReadBackwardsInPages() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        for (int i = 0; i < 5; i++) {
            gateway.post(bob, lobby, "m" + i);
            pass(Duration.ofSeconds(1));
        }
        NookplotRuntime runtime = runtime();
        List<HistoryMessage> newest = await(runtime.channels().history(lobby.id(), HistoryQuery.newest(2)));
        Instant oldest = newest.get(1).createdAt();
        List<HistoryMessage> before = await(
                runtime.channels().history(lobby.id(), HistoryQuery.newest(2).before(oldest)));

        assertThat(newest).extracting(HistoryMessage::content).containsExactly("m4", "m3");
        assertThat(before).extracting(HistoryMessage::content).containsExactly("m2", "m1");
    }

    @Test
    void aBlockedMessageSaysSo() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        gateway.faults().blockMessages("evil");
        NookplotRuntime runtime = runtime();

        assertThatThrownBy(() -> await(runtime.channels().send(lobby.id(), "evil plans")))
                .isInstanceOf(HttpStatusException.Blocked.class)
                .hasMessageNotContaining("evil plans");
    }

    @Test
    void aMessageThatIsTooLongIsNotSent() {
        NookplotRuntime runtime = runtime();

        assertThatThrownBy(() -> await(runtime.channels().send("any", "x".repeat(10_001))))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("content");
        assertThat(gateway.requests()).isEmpty();
    }

    @Test
    void aSendWhoseAnswerIsLostIsNotRepeated() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = runtime();
        gateway.faults().breakHttp("POST /v1/channels/*/messages", 1, BreakPoint.AFTER_ACTING);

        assertThatThrownBy(() -> await(runtime.channels().send(lobby.id(), "once")))
                .isInstanceOf(OutcomeUnknownException.class);
        pass(Duration.ofHours(1));
        assertThat(await(runtime.channels().history(lobby.id(), HistoryQuery.newest(10))))
                .hasSize(1);
    }

    // ---- Inbox

    @Test
    void directMessagesAreSentListedReadAndDeleted() {
        NookplotRuntime sender = runtime();
        NookplotRuntime receiver = gateway.runtime(bob).build();
        SentDirectMessage byName = await(sender.inbox().send("bob", "one"));
        pass(Duration.ofSeconds(1));
        SentDirectMessage byAddress = await(
                sender.inbox().send(bob.address(), OutgoingMessage.text("two").ofType("trade")));
        assertThat(byName.to()).isEqualTo("bob"); // as it was named

        assertThat(await(receiver.inbox().unread())).isEqualTo(2);
        List<InboxMessage> all = await(receiver.inbox().list(InboxQuery.newest(10)));
        assertThat(all).extracting(InboxMessage::content).containsExactly("two", "one");
        assertThat(all).noneMatch(InboxMessage::truncated);
        assertThat(await(receiver.inbox().list(InboxQuery.newest(10).ofType("trade"))))
                .hasSize(1);
        assertThat(await(receiver.inbox().list(InboxQuery.newest(10).ofSender(alice.address()))))
                .hasSize(2);
        assertThat(await(receiver.inbox().list(InboxQuery.newest(10).withOffset(1))))
                .hasSize(1);

        await(receiver.inbox().markRead(byName.id()));
        assertThat(await(receiver.inbox().unread())).isEqualTo(1);
        assertThat(await(receiver.inbox().list(InboxQuery.newest(10).onlyUnread())))
                .hasSize(1);
        await(receiver.inbox().delete(byAddress.id()));
        assertThat(await(receiver.inbox().list(InboxQuery.newest(10)))).hasSize(1);
        assertThatThrownBy(() -> await(receiver.inbox().delete(byAddress.id())))
                .isInstanceOf(HttpStatusException.NotFound.class);
    }

    @Test
    void adirectMessageToOneselfOrNobodyIsRefused() {
        NookplotRuntime runtime = runtime();

        assertThatThrownBy(() -> await(runtime.inbox().send("alice", "me")))
                .isInstanceOf(HttpStatusException.BadRequest.class);
        assertThatThrownBy(() -> await(runtime.inbox().send("nobody", "you")))
                .isInstanceOf(HttpStatusException.NotFound.class);
    }

    // ---- Any request, any frame

    private record Custom(String data) {}

    @Test
    void anyEndpointCanBeCalled() {
        gateway.endpoint(
                "GET /v1/custom/endpoint",
                (agent, method, path, body) ->
                        new HttpReply(200, Map.of(), "{\"data\":\"x\"}".getBytes(StandardCharsets.UTF_8)));
        NookplotRuntime runtime = runtime();

        assertThat(await(runtime.connection().request("GET", "/v1/custom/endpoint", Custom.class))
                        .data())
                .isEqualTo("x");
        Map<String, String> generic =
                await(runtime.connection().request("GET", "/v1/custom/endpoint", null, new TypeReference<>() {}));
        assertThat(generic).containsEntry("data", "x");
        JsonPayload unread = await(runtime.connection().request("GET", "/v1/custom/endpoint", (Object) null));
        assertThat(unread.string("data")).isEqualTo("x");
    }

    @Test
    void anyFrameCanBeSent() {
        NookplotRuntime runtime = connected();
        await(runtime.connection().sendWs(Map.of("type", "custom.event", "data", Map.of("foo", "bar"))));

        assertThat(gateway.frames(alice)).anySatisfy(frame -> {
            assertThat(frame.type()).isEqualTo("custom.event");
            assertThat(frame.text()).contains("bar");
        });
    }

    @Test
    void aFrameSentOfflineIsAnErrorByDefault() {
        NookplotRuntime runtime = runtime();

        assertThatThrownBy(() -> await(runtime.connection().sendWs(Map.of("type", "x"))))
                .isInstanceOf(NotConnectedException.class);
    }

    @Test
    void aFrameSentAfterCloseSaysThatTheRuntimeIsClosed() {
        NookplotRuntime runtime = connected();
        await(runtime.close());

        assertThatThrownBy(() -> await(runtime.connection().sendWs(Map.of("type", "x"))))
                .isInstanceOf(RuntimeClosedException.class);
    }

    @Test
    void aFrameSentOfflineCanWaitForASession() {
        NookplotRuntime runtime = connected(b -> b.sendPatience(Duration.ofSeconds(5)));
        gateway.faults().dropAllSockets();
        pass(Duration.ofMillis(1));
        Seen<Void> sending = watch(runtime.connection().sendWs(Map.of("type", "patient")));
        assertThat(sending.completed).isFalse();
        pass(Duration.ofSeconds(5));

        assertThat(sending.completed).isTrue();
        assertThat(gateway.frames(alice)).anyMatch(frame -> frame.type().equals("patient"));
    }
}
