package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.EncodeException;
import io.agentruntime.error.RetriesExhaustedException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.phoenix.ChannelState.CloseReason;
import io.agentruntime.phoenix.ChannelState.Closed;
import io.agentruntime.phoenix.ChannelState.Errored;
import io.agentruntime.phoenix.FakePhoenix.Frame;
import io.agentruntime.stream.Delivery;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Joining, pushing, listening and leaving, as the server sees it. */
class ChannelTest extends PhoenixScenario {

    private static final Map<String, Object> PAYLOAD = Map.of("n", 1);

    private FakePhoenix.Connection connection() {
        return server.connection();
    }

    private Frame lastPush() {
        return connection().last("ask");
    }

    // ---- Joining

    @Test
    void aJoinCarriesItsReferenceTwiceAndItsParams() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = socket.channel(TOPIC, Map.of("token", "t"));
        Seen<ChannelState> states = watch(channel.state());
        server.script = (connection, frame) -> {
            if (!frame.event().equals("phx_join")) {
                return false;
            }
            connection.reply(frame, "ok", "{\"welcome\":true}");
            return true;
        };
        JoinReply reply = await(channel.join());

        Frame join = connection().last("phx_join");
        assertThat(join.joinRef()).isEqualTo(join.ref()).isNotNull();
        assertThat(join.payload().toString()).isEqualTo("{\"token\":\"t\"}");
        assertThat(reply.response().json().text()).isEqualTo("{\"welcome\":true}");
        assertThat(names(states)).containsExactly("closed", "joining", "joined");
    }

    @Test
    void joiningAgainWhileJoinedGivesTheSameReply() {
        PhoenixChannel channel = joined(connected());

        assertThat(await(channel.join())).isNotNull();
        assertThat(connection().received("phx_join")).hasSize(1);
    }

    @Test
    void callersOfJoinShareOneJoin() {
        PhoenixChannel channel = connected().channel(TOPIC);
        Seen<JoinReply> first = watch(channel.join());
        Seen<JoinReply> second = watch(channel.join());
        pass(10);

        assertThat(first.values).hasSize(1);
        assertThat(second.values).hasSize(1);
        assertThat(connection().received("phx_join")).hasSize(1);
    }

    @Test
    void aJoinBeforeTheSocketIsConnectedWaitsForIt() {
        PhoenixSocket socket = socket(b -> b);
        PhoenixChannel channel = socket.channel(TOPIC);
        Seen<JoinReply> join = watch(channel.join());
        passSeconds(3);
        assertThat(join.pending()).isTrue();
        assertThat(channel.currentState().name()).isEqualTo("joining");

        await(socket.connect());
        assertThat(join.values).hasSize(1);
    }

    @Test
    void aJoinThatFindsNoConnectionFailsAfterItsLimitAndStaysWanted() {
        PhoenixSocket socket = socket(b -> b);
        PhoenixChannel channel = socket.channel(TOPIC);
        Seen<JoinReply> join = watch(channel.join());
        passSeconds(10);
        assertThat(join.error).isInstanceOf(TimeLimitException.class);

        await(socket.connect());
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void aFirstJoinThatIsRefusedIsNotTriedAgain() {
        server.script = (connection, frame) -> {
            if (!frame.event().equals("phx_join")) {
                return false;
            }
            // Without a join reference, as the server answers.
            connection.frame(
                    null,
                    frame.ref(),
                    frame.topic(),
                    "phx_reply",
                    FakePhoenix.replyPayload("error", "{\"reason\":\"unauthorized\"}"));
            return true;
        };
        PhoenixChannel channel = connected().channel(TOPIC);
        Seen<PhoenixMessage> messages = watch(channel.messages());
        Seen<JoinReply> join = watch(channel.join());
        passSeconds(60);

        assertThat(join.error)
                .isInstanceOfSatisfying(
                        JoinRefusedException.class,
                        refused -> assertThat(refused.reply().response().json().string("reason"))
                                .isEqualTo("unauthorized"))
                .hasMessageContaining("unauthorized");
        assertThat(messages.error).isSameAs(join.error);
        assertThat(((Closed) channel.currentState()).reason()).isEqualTo(CloseReason.REFUSED);
        assertThat(connection().received("phx_join")).hasSize(1);

        server.script = (connection, frame) -> false;
        assertThat(await(channel.join())).isNotNull();
    }

    @Test
    void aJoinThatCrashesIsTriedAgain() {
        AtomicInteger joins = new AtomicInteger();
        server.script = (connection, frame) -> {
            if (frame.event().equals("phx_join") && joins.incrementAndGet() == 1) {
                connection.reply(frame, "error", "{\"reason\":\"join crashed\"}");
                return true;
            }
            return false;
        };
        PhoenixChannel channel = connected().channel(TOPIC);
        Seen<JoinReply> join = watch(channel.join());
        pass(10);
        assertThat(join.error).isInstanceOf(ChannelCrashedException.class);
        assertThat(channel.currentState()).isInstanceOf(Errored.class);

        passSeconds(1);
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void aJoinThatTakesTooLongIsLeftAndMadeAgainAfter1And2And5And10Seconds() {
        List<Long> joins = new ArrayList<>();
        server.script = (connection, frame) -> {
            if (frame.event().equals("phx_join")) {
                joins.add(millis());
            }
            return !frame.event().equals("heartbeat");
        };
        PhoenixChannel channel = connected().channel(TOPIC);
        Seen<ChannelState> states = watch(channel.state());
        long start = millis();
        Seen<JoinReply> join = watch(channel.join());
        passSeconds(10);
        assertThat(join.error).isInstanceOf(TimeLimitException.class);
        passSeconds(60);

        assertThat(joins.stream().map(at -> (at - start) / 1000)).containsExactly(0L, 11L, 23L, 38L, 58L);
        assertThat(connection().events().stream().filter(event -> event.startsWith("phx")))
                .startsWith("phx_join", "phx_leave", "phx_join", "phx_leave");
        Frame firstJoin = connection().received("phx_join").get(0);
        Frame firstLeave = connection().received("phx_leave").get(0);
        assertThat(firstLeave.joinRef()).isEqualTo(firstJoin.ref());
        assertThat(connection().received("phx_join").stream().map(Frame::ref)).doesNotHaveDuplicates();
        assertThat(states.values.stream().filter(Errored.class::isInstance).map(Errored.class::cast))
                .extracting(Errored::attempt, errored -> errored.delay().toSeconds())
                .startsWith(tuple(1, 1L), tuple(2, 2L), tuple(3, 5L), tuple(4, 10L));
    }

    @Test
    void aLateAnswerToAJoinThatWasGivenUpIsAnsweredWithALeave() {
        server.script = (connection, frame) ->
                frame.event().equals("phx_join") || frame.event().equals("phx_leave");
        PhoenixChannel channel = connected().channel(TOPIC);
        Seen<JoinReply> join = watch(channel.join());
        Seen<Void> left = watch(channel.leave());
        pass(10);
        assertThat(join.error).isInstanceOf(ChannelClosedException.class);
        assertThat(left.completed).isTrue();
        assertThat(connection().received("phx_leave")).hasSize(1);

        Frame slow = connection().last("phx_join");
        connection().reply(slow, "ok", "{}");
        connection().push(TOPIC, "late", "{}");
        pass(10);
        assertThat(channel.currentState().name()).isEqualTo("closed");
        assertThat(connection().received("phx_leave")).hasSize(2);
        assertThat(connection().last("phx_leave").joinRef()).isEqualTo(slow.ref());
    }

    @Test
    void cancellingTheOnlyJoinGivesItUp() {
        server.script = (connection, frame) -> true;
        PhoenixChannel channel = connected().channel(TOPIC);
        Disposable first = channel.join().subscribe();
        Disposable second = channel.join().subscribe();
        pass(10);
        first.dispose();
        pass(10);
        assertThat(channel.currentState().name()).isEqualTo("joining");
        second.dispose();
        pass(10);

        assertThat(channel.currentState()).isEqualTo(new Closed(CloseReason.LEFT, null));
        assertThat(connection().events()).containsExactly("phx_join", "phx_leave");
    }

    @Test
    void paramsAreAskedForBeforeEveryJoin() {
        AtomicInteger asked = new AtomicInteger();
        PhoenixSocket socket = connected();
        PhoenixChannel channel = socket.channel(TOPIC, Mono.fromSupplier(() -> Map.of("ask", asked.incrementAndGet())));
        await(channel.join());
        connection().crash(TOPIC);
        passSeconds(2);
        connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(2);

        assertThat(server.connections).hasSize(2);
        assertThat(server.connections.get(0).received("phx_join").stream()
                        .map(frame -> frame.payload().toString()))
                .containsExactly("{\"ask\":1}", "{\"ask\":2}");
        assertThat(connection().last("phx_join").payload().toString()).isEqualTo("{\"ask\":3}");
    }

    @Test
    void everyJoinHasAReferenceThatNoneHadBefore() {
        joined(connected());
        for (int i = 0; i < 3; i++) {
            connection().crash(TOPIC);
            passSeconds(2);
            connection().pipe.abort(new IllegalStateException("cut"));
            passSeconds(6);
        }

        List<Frame> joins = server.connections.stream()
                .flatMap(connection -> connection.received("phx_join").stream())
                .toList();
        assertThat(joins).hasSize(7).allSatisfy(join -> assertThat(join.ref()).isEqualTo(join.joinRef()));
        assertThat(joins.stream().map(Frame::ref)).doesNotHaveDuplicates();
    }

    @Test
    void paramsThatCannotBeHadFailTheFirstJoinAndDelayALaterOne() {
        AtomicInteger asked = new AtomicInteger();
        PhoenixSocket socket = connected();
        PhoenixChannel channel = socket.channel(
                TOPIC,
                Mono.defer(() -> asked.incrementAndGet() % 2 == 1
                        ? Mono.error(new IllegalStateException("no params"))
                        : Mono.just(Map.of())));
        assertThatThrownBy(() -> await(channel.join())).hasMessage("no params");
        assertThat(channel.currentState().name()).isEqualTo("closed");
        await(channel.join());
        connection().crash(TOPIC);
        passSeconds(2);
        assertThat(((Errored) channel.currentState()).cause()).hasMessage("no params");
        passSeconds(2);
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void paramsThatCannotBeWrittenFailTheJoin() {
        assertThatThrownBy(
                        () -> await(connected().channel(TOPIC, new Unwritable()).join()))
                .isInstanceOf(EncodeException.class);
    }

    @Test
    void aMalformedAnswerFailsTheJoin() {
        server.script = (connection, frame) -> {
            if (frame.event().equals("phx_join")) {
                connection.frame(frame.ref(), frame.ref(), TOPIC, "phx_reply", "[1]");
            }
            return true;
        };
        assertThatThrownBy(() -> await(connected().channel(TOPIC).join())).isInstanceOf(DecodeException.class);
    }

    @Test
    void joiningTheTopicWithAnotherChannelClosesTheFirst() {
        PhoenixSocket socket = connected();
        PhoenixChannel first = joined(socket);
        server.script = (connection, frame) -> frame.event().equals("ask");
        Seen<Reply> pending = watch(first.push("ask"));
        Seen<PhoenixMessage> firstMessages = watch(first.messages());
        PhoenixChannel second = socket.channel(TOPIC);
        Seen<PhoenixMessage> secondMessages = watch(second.messages());
        await(second.join());
        // As the server does it: the new reply first, then the close of the old.
        connection().close(TOPIC, connection().received("phx_join").get(0).ref());
        connection().push(TOPIC, "hello", "{}");
        pass(10);

        assertThat(first.currentState()).isEqualTo(new Closed(CloseReason.REPLACED, null));
        assertThat(firstMessages.error).isInstanceOf(ChannelClosedException.class);
        assertThat(pending.error).isInstanceOf(ChannelClosedException.class);
        assertThat(second.currentState().name()).isEqualTo("joined");
        assertThat(texts(secondMessages)).containsExactly("hello {}");
    }

    // ---- Pushing

    @Test
    void aPushGetsItsReplyWhateverTheStatus() {
        PhoenixChannel channel = joined(connected());
        Seen<Reply> reply = watch(channel.push("ask", PAYLOAD));
        pass(10);
        Frame push = lastPush();
        assertThat(push.joinRef()).isEqualTo(connection().last("phx_join").ref());
        assertThat(push.payload().toString()).isEqualTo("{\"n\":1}");

        connection().reply(push, "maybe later", "null");
        pass(10);
        assertThat(reply.last().status()).isEqualTo("maybe later");
        assertThat(reply.last().isOk()).isFalse();
        assertThat(reply.last().response().isNull()).isTrue();
        assertThat(reply.completed).isTrue();
    }

    @Test
    void repliesAreMatchedByTheirReferenceAlone() {
        PhoenixChannel channel = joined(connected());
        Seen<Reply> first = watch(channel.push("ask", PAYLOAD));
        Seen<Reply> second = watch(channel.push("ask", PAYLOAD));
        pass(10);
        List<Frame> pushes = connection().received("ask");
        connection().unmatched(pushes.get(1));
        connection().reply(pushes.get(0), "ok", "{}");
        pass(10);

        assertThat(first.last().isOk()).isTrue();
        assertThat(second.last().status()).isEqualTo("error");
        assertThat(second.last().response().json().string("reason")).isEqualTo("unmatched topic");
    }

    @Test
    void aReplyWithoutStatusFailsItsPushOnly() {
        PhoenixChannel channel = joined(connected());
        Seen<Reply> reply = watch(channel.push("ask"));
        pass(10);
        connection().frame(lastPush().joinRef(), lastPush().ref(), TOPIC, "phx_reply", "{\"response\":{}}");
        pass(10);

        assertThat(reply.error).isInstanceOf(DecodeException.class);
        assertThat(await(channel.push("echo", PAYLOAD)).isOk()).isTrue();
    }

    @Test
    void aPushWithoutReplyFailsAfterItsLimit() {
        PhoenixChannel channel = joined(connected());
        Seen<Reply> usual = watch(channel.push("ask"));
        Seen<Reply> brief = watch(channel.push("ask", PAYLOAD, Duration.ofSeconds(2)));
        Seen<Reply> patient = watch(channel.push("ask", PAYLOAD, Duration.ofMinutes(1)));
        pass(1999);
        assertThat(brief.pending()).isTrue();
        pass(1);
        assertThat(brief.error).isInstanceOf(TimeLimitException.class).hasMessageContaining("ask");
        passSeconds(8);
        assertThat(usual.error).isInstanceOf(TimeLimitException.class);
        assertThat(patient.pending()).isTrue();
        passSeconds(50);
        assertThat(patient.error).isInstanceOf(TimeLimitException.class);

        // Too late for anybody.
        connection().reply(connection().received("ask").get(0), "ok", "{}");
        pass(10);
        assertThat(usual.values).isEmpty();
    }

    @Test
    void pushesMadeWhileJoiningGoOutInOrderWithReferencesFromThen() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = socket.channel(TOPIC);
        server.script = (connection, frame) -> frame.event().equals("phx_join");
        watch(channel.join());
        List<Seen<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            replies.add(watch(channel.push("echo", Map.of("i", i))));
        }
        pass(100);
        await(socket.ping()); // takes a reference in between
        assertThat(connection().received("echo")).isEmpty();

        server.script = (connection, frame) -> false;
        connection().answer(connection().last("phx_join"));
        pass(100);
        List<Frame> echoes = connection().received("echo");
        assertThat(echoes.stream().map(frame -> frame.payload().toString()))
                .containsExactly("{\"i\":0}", "{\"i\":1}", "{\"i\":2}", "{\"i\":3}", "{\"i\":4}");
        long heartbeat = Long.parseLong(connection().last("heartbeat").ref());
        assertThat(echoes)
                .allSatisfy(frame -> assertThat(Long.parseLong(frame.ref())).isGreaterThan(heartbeat));
        assertThat(replies).allSatisfy(reply -> assertThat(reply.values).hasSize(1));
    }

    @Test
    void theLimitOfAPushThatWaitsCountsFromTheCall() {
        PhoenixChannel channel = connected().channel(TOPIC);
        server.script = (connection, frame) -> frame.event().equals("phx_join");
        watch(channel.join());
        Seen<Reply> waiting = watch(channel.push("ask", PAYLOAD, Duration.ofSeconds(4)));
        passSeconds(3);
        server.script = (connection, frame) -> frame.event().equals("ask");
        connection().answer(connection().last("phx_join"));
        pass(999);
        assertThat(connection().received("ask")).hasSize(1);
        assertThat(waiting.pending()).isTrue();
        pass(1);
        assertThat(waiting.error).isInstanceOf(TimeLimitException.class);
    }

    @Test
    void aPushThatIsLateBeforeTheJoinIsNeverSent() {
        PhoenixChannel channel = connected().channel(TOPIC);
        server.script = (connection, frame) -> frame.event().equals("phx_join");
        watch(channel.join());
        Seen<Reply> waiting = watch(channel.push("ask", PAYLOAD, Duration.ofSeconds(1)));
        passSeconds(1);
        assertThat(waiting.error).isInstanceOf(TimeLimitException.class);
        server.script = (connection, frame) -> false;
        connection().answer(connection().last("phx_join"));
        pass(100);

        assertThat(connection().received("ask")).isEmpty();
    }

    @Test
    void thePushBufferIsBounded() {
        PhoenixChannel channel = connected(b -> b.pushBuffer(2)).channel(TOPIC);
        server.script = (connection, frame) -> frame.event().equals("phx_join");
        watch(channel.join());
        Disposable cancelled = channel.push("ask").subscribe();
        Seen<Reply> second = watch(channel.push("ask"));
        Seen<Reply> third = watch(channel.push("ask"));
        assertThat(second.pending()).isTrue();
        assertThat(third.error).isInstanceOf(PushBufferOverflowException.class);
        cancelled.dispose();
        assertThat(watch(channel.push("ask")).pending()).isTrue();
    }

    @Test
    void aPushToAChannelThatNobodyHasJoinedFails() {
        PhoenixChannel channel = connected().channel(TOPIC);

        assertThatThrownBy(() -> await(channel.push("ask"))).isInstanceOf(NotJoinedException.class);
        assertThat(connection().received).isEmpty();
    }

    @Test
    void whatCannotBeWrittenFailsItsPushOnly() {
        PhoenixChannel channel = joined(connected());

        assertThatThrownBy(() -> await(channel.push("ask", new Unwritable()))).isInstanceOf(EncodeException.class);
        assertThat(await(channel.push("echo")).isOk()).isTrue();
    }

    @Test
    void sendCompletesWithoutAReply() {
        PhoenixChannel channel = joined(connected());

        await(channel.send("ask", PAYLOAD));
        assertThat(lastPush().ref()).isNotNull();
        connection().reply(lastPush(), "ok", "{}");
        pass(10);
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void aCancelledPushLeavesTheBuffer() {
        PhoenixChannel channel = connected().channel(TOPIC);
        server.script = (connection, frame) -> frame.event().equals("phx_join");
        watch(channel.join());
        Disposable push = channel.push("ask").subscribe();
        pass(10);
        push.dispose();
        server.script = (connection, frame) -> false;
        connection().answer(connection().last("phx_join"));
        pass(10);

        assertThat(connection().received("ask")).isEmpty();
    }

    @Test
    void nothingIsPushedBeforeSubscription() {
        PhoenixChannel channel = joined(connected());
        Mono<Reply> push = channel.push("echo");
        pass(10);
        assertThat(connection().received("echo")).isEmpty();
        await(push);
        await(push);
        assertThat(connection().received("echo")).hasSize(2);
    }

    // ---- Crashes, closes, losses

    @Test
    void aCrashFailsWhatIsPendingAndTheChannelIsJoinedAgain() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        Seen<ChannelState> states = watch(channel.state());
        Seen<PhoenixMessage> messages = watch(channel.messages());
        Seen<Reply> pending = watch(channel.push("ask"));
        pass(10);
        String firstJoin = connection().last("phx_join").ref();
        connection().crash(TOPIC);
        pass(10);
        assertThat(pending.error).isInstanceOf(ChannelCrashedException.class);
        Seen<Reply> waiting = watch(channel.push("echo"));
        assertThat(waiting.pending()).isTrue();

        pass(1000);
        assertThat(connection().last("phx_join").ref()).isNotEqualTo(firstJoin);
        assertThat(names(states)).containsExactly("joined", "errored", "joining", "joined");
        assertThat(waiting.values).hasSize(1);
        connection().push(TOPIC, "hello", "{}");
        pass(10);
        assertThat(texts(messages)).containsExactly("hello {}");
    }

    @Test
    void aCrashedChannelIsJoinedAgainAfter1And2And5And10SecondsAndEvery10FromThenOn() {
        PhoenixChannel channel = joined(connected());
        List<Long> joins = new ArrayList<>();
        server.script = (connection, frame) -> {
            if (frame.event().equals("phx_join")) {
                joins.add(millis());
                connection.reply(frame, "error", "{\"reason\":\"join crashed\"}");
            }
            return frame.event().equals("phx_join");
        };
        connection().crash(TOPIC);
        pass(10);
        long crashed = millis();
        passSeconds(50);

        assertThat(joins.stream().map(at -> Math.round((at - crashed) / 1000.0)))
                .containsExactly(1L, 3L, 8L, 18L, 28L, 38L, 48L);
        assertThat(channel.currentState().name()).isEqualTo("errored");
        assertThat(connection().received("phx_leave")).isEmpty();
    }

    @Test
    void theDelaysOfRejoiningBeginAnewAfterAJoin() {
        PhoenixChannel channel = joined(connected());
        for (int i = 0; i < 3; i++) {
            connection().crash(TOPIC);
            pass(10);
            assertThat(((Errored) channel.currentState()).delay()).isEqualTo(Duration.ofSeconds(1));
            passSeconds(1);
            assertThat(channel.currentState().name()).isEqualTo("joined");
        }
    }

    @Test
    void aRejoinThatIsRefusedIsTriedAgain() {
        PhoenixChannel channel = joined(connected());
        AtomicInteger refusals = new AtomicInteger(2);
        server.script = (connection, frame) -> {
            if (frame.event().equals("phx_join") && refusals.getAndDecrement() > 0) {
                connection.unmatched(frame);
                return true;
            }
            return false;
        };
        connection().crash(TOPIC);
        passSeconds(1);
        assertThat(((Errored) channel.currentState()).cause()).isInstanceOf(JoinRefusedException.class);
        passSeconds(7);
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void staleFramesAreDropped() {
        PhoenixChannel channel = joined(connected());
        Seen<PhoenixMessage> messages = watch(channel.messages());
        String stale = connection().last("phx_join").ref();
        connection().crash(TOPIC);
        passSeconds(1);
        connection().frame(stale, null, TOPIC, "old", "{}");
        connection().frame(stale, stale, TOPIC, "phx_error", "{}");
        connection().frame(stale, stale, TOPIC, "phx_close", "{}");
        connection().push(TOPIC, "new", "{}");
        pass(10);

        assertThat(texts(messages)).containsExactly("new {}");
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void aPushOfTheServerNamesTheJoinAndReachesNoOtherChannel() {
        PhoenixSocket socket = connected();
        Seen<PhoenixMessage> messages = watch(joined(socket).messages());
        String join = connection().last("phx_join").ref();
        PhoenixChannel other = socket.channel("room:other");
        await(other.join());
        Seen<PhoenixMessage> otherMessages = watch(other.messages());
        connection().push(TOPIC, "hello", "{}");
        pass(10);

        assertThat(texts(messages)).containsExactly("hello {}");
        assertThat(messages.last().joinRef()).isEqualTo(join);
        assertThat(messages.last().ref()).isNull();
        assertThat(otherMessages.values).isEmpty();
    }

    @Test
    void aBroadcastMayComeBeforeTheReplyThatCausedIt() {
        PhoenixChannel channel = joined(connected());
        Seen<PhoenixMessage> messages = watch(channel.messages());
        server.script = (connection, frame) -> {
            connection.broadcast(TOPIC, "shout", "{}");
            return false;
        };
        await(channel.push("echo"));

        assertThat(texts(messages)).containsExactly("shout {}");
        assertThat(messages.last().joinRef()).isNull();
    }

    @Test
    void aCloseOfTheServerEndsTheStreamsWithAReason() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        Seen<PhoenixMessage> messages = watch(channel.messages());
        Seen<PhoenixMessage> event = watch(channel.on("x"));
        Seen<Delivery<PhoenixMessage>> deliveries = watch(channel.deliveries());
        Seen<Reply> pending = watch(channel.push("ask"));
        pass(10);
        connection().close(TOPIC, connection().last("phx_join").ref());
        passSeconds(30);

        assertThat(messages.error)
                .isInstanceOfSatisfying(
                        ChannelClosedException.class,
                        closed -> assertThat(closed.reason()).isEqualTo(CloseReason.CLOSED_BY_SERVER));
        assertThat(event.error).isSameAs(messages.error);
        assertThat(deliveries.error).isSameAs(messages.error);
        assertThat(pending.error).isInstanceOf(ChannelClosedException.class);
        assertThat(channel.currentState()).isEqualTo(new Closed(CloseReason.CLOSED_BY_SERVER, null));
        assertThat(connection().received("phx_join")).hasSize(1);

        assertThat(await(channel.join())).isNotNull();
        Seen<PhoenixMessage> again = watch(channel.messages());
        connection().push(TOPIC, "hello", "{}");
        pass(10);
        assertThat(texts(again)).containsExactly("hello {}");
    }

    @Test
    void aLostSessionFailsWhatIsPendingAndTheChannelIsJoinedWithTheNext() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        Seen<ChannelState> states = watch(channel.state());
        Seen<Reply> pending = watch(channel.push("ask"));
        pass(10);
        connection().pipe.abort(new IllegalStateException("cut"));
        pass(1);
        assertThat(pending.error).isInstanceOf(SessionEndedException.class);
        assertThat(((Errored) channel.currentState()).delay()).isZero();
        Seen<Reply> waiting = watch(channel.push("echo"));
        passSeconds(2);

        assertThat(server.connections).hasSize(2);
        assertThat(names(states)).containsExactly("joined", "errored", "joining", "joined");
        assertThat(waiting.values).hasSize(1);
    }

    @Test
    void disconnectKeepsTheChannelWanted() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        Seen<PhoenixMessage> messages = watch(channel.messages());
        await(socket.disconnect());
        passSeconds(60);
        assertThat(channel.currentState().name()).isEqualTo("errored");
        assertThat(messages.pending()).isTrue();

        await(socket.connect());
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void givingUpTheConnectionEndsTheStreamsWithItsError() {
        PhoenixSocket socket = connected(b -> b.reconnect(r -> r.maxRetries(1)));
        PhoenixChannel channel = joined(socket);
        Seen<PhoenixMessage> messages = watch(channel.messages());
        server.refusal = new ConnectFailedException("phoenix.test", new IOException("down"));
        connection().pipe.abort(new IllegalStateException("cut"));
        Seen<Reply> waiting = watch(channel.push("ask"));
        assertThat(waiting.pending()).isTrue();
        passSeconds(2);

        assertThat(messages.error).isInstanceOf(RetriesExhaustedException.class);
        assertThat(waiting.error).isSameAs(messages.error);
        assertThat(channel.currentState().name()).isEqualTo("errored");
        server.refusal = null;
        await(socket.connect());
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void closingTheSocketCompletesEverything() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        PhoenixChannel idle = socket.channel("room:idle");
        Seen<ChannelState> states = watch(channel.state());
        Seen<PhoenixMessage> messages = watch(channel.messages());
        Seen<PhoenixMessage> idleMessages = watch(idle.messages());
        Seen<ChannelState> idleStates = watch(idle.state());
        Seen<PhoenixMessage> all = watch(socket.messages());
        Seen<Reply> pending = watch(channel.push("ask"));
        await(socket.close());

        assertThat(states.completed).isTrue();
        assertThat(states.last()).isEqualTo(new Closed(CloseReason.SOCKET_CLOSED, null));
        assertThat(messages.completed).isTrue();
        assertThat(idleMessages.completed).isTrue();
        assertThat(idleStates.completed).isTrue();
        assertThat(all.completed).isTrue();
        assertThat(pending.error).isNotNull();
        assertThat(watch(idle.messages()).completed).isTrue();
        assertThatThrownBy(() -> await(channel.join())).isInstanceOf(RuntimeClosedException.class);
        assertThatThrownBy(() -> await(channel.push("x"))).isInstanceOf(RuntimeClosedException.class);
    }

    // ---- Leaving

    @Test
    void leavingWaitsForTheServerAndCompletesTheStreams() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        Seen<ChannelState> states = watch(channel.state());
        Seen<PhoenixMessage> messages = watch(channel.messages());
        server.script = (connection, frame) -> frame.event().equals("phx_leave");
        Seen<Reply> pending = watch(channel.push("ask"));
        Seen<Void> left = watch(channel.leave());
        Seen<Void> again = watch(channel.leave());
        pass(10);
        assertThat(left.pending()).isTrue();
        assertThat(channel.currentState().name()).isEqualTo("leaving");
        assertThatThrownBy(() -> await(channel.push("x"))).isInstanceOf(NotJoinedException.class);
        Frame leave = connection().last("phx_leave");
        assertThat(leave.joinRef()).isEqualTo(connection().last("phx_join").ref());
        connection().reply(lastPush(), "ok", "{}"); // what came before the leave is still answered
        connection().answer(leave);
        pass(10);

        assertThat(left.completed).isTrue();
        assertThat(again.completed).isTrue();
        assertThat(pending.values).hasSize(1);
        assertThat(messages.completed).isTrue();
        assertThat(names(states)).containsExactly("joined", "leaving", "closed");
        assertThat(connection().received("phx_leave")).hasSize(1);
        assertThat(watch(channel.leave()).completed).isTrue();
    }

    @Test
    void aLeaveThatTheServerDoesNotConfirmEndsAfterItsLimit() {
        PhoenixChannel channel = joined(connected());
        server.script = (connection, frame) -> frame.event().equals("phx_leave");
        Seen<Void> left = watch(channel.leave());
        passSeconds(9);
        assertThat(left.pending()).isTrue();
        passSeconds(1);
        assertThat(left.completed).isTrue();
        assertThat(channel.currentState().name()).isEqualTo("closed");
    }

    @Test
    void aLeaveWhileTheJoinIsWaitedForIsOverAtOnce() {
        PhoenixChannel channel = socket(b -> b).channel(TOPIC);
        watch(channel.join());
        assertThat(watch(channel.leave()).completed).isTrue();
        assertThat(channel.currentState().name()).isEqualTo("closed");
    }

    @Test
    void joiningWhileLeavingJoinsAfterwards() {
        PhoenixChannel channel = joined(connected());
        server.script = (connection, frame) -> frame.event().equals("phx_leave");
        Seen<Void> left = watch(channel.leave());
        Seen<JoinReply> join = watch(channel.join());
        pass(10);
        assertThat(join.pending()).isTrue();
        connection().answer(connection().last("phx_leave"));
        pass(10);

        assertThat(left.completed).isTrue();
        assertThat(join.values).hasSize(1);
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void aSessionThatEndsWhileLeavingEndsTheLeave() {
        PhoenixChannel channel = joined(connected());
        server.script = (connection, frame) -> frame.event().equals("phx_leave");
        Seen<Void> left = watch(channel.leave());
        connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(5);

        assertThat(left.completed).isTrue();
        assertThat(channel.currentState().name()).isEqualTo("closed");
        assertThat(connection().received("phx_join")).isEmpty();
    }

    // ---- Listening

    record Shout(String body) {}

    @Test
    void eventsAreReadAsObjectsAndWhatDoesNotFitIsReported() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        Seen<Shout> shouts = watch(channel.on("shout", Shout.class));
        Seen<?> errors = watch(socket.errors());
        connection().push(TOPIC, "shout", "{\"body\":\"a\",\"more\":1}");
        connection().push(TOPIC, "shout", "{\"body\":[]}");
        connection().push(TOPIC, "other", "{\"body\":\"no\"}");
        connection().push(TOPIC, "shout", "{\"body\":\"b\"}");
        pass(10);

        assertThat(shouts.values).containsExactly(new Shout("a"), new Shout("b"));
        assertThat(errors.values).hasSize(1);
    }

    @Test
    void aGapShowsWhereMessagesMayBeMissing() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        Seen<Delivery<PhoenixMessage>> deliveries = watch(channel.deliveries());
        connection().push(TOPIC, "first", "{}");
        pass(500);
        long lastSign = millis() - 500;
        connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(2);
        connection().push(TOPIC, "second", "{}");
        pass(10);
        connection().crash(TOPIC);
        passSeconds(2);

        assertThat(deliveries.values).hasSize(4);
        assertThat(deliveries.values.get(0)).isInstanceOf(Delivery.Message.class);
        assertThat(deliveries.values.get(1))
                .isInstanceOfSatisfying(
                        Delivery.Gap.class,
                        gap -> assertThat(gap.from().toEpochMilli()).isEqualTo(lastSign));
        assertThat(deliveries.values.get(2)).isInstanceOf(Delivery.Message.class);
        assertThat(deliveries.values.get(3)).isInstanceOf(Delivery.Gap.class);
    }

    @Test
    void onRejoiningTheServerIsToldWhatWasSeenLast() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = socket.channel(
                TOPIC,
                options -> options.params(Map.of("token", "t"))
                        .resume("last_id", message -> message.payload().json().string("id")));
        await(channel.join());
        connection().push(TOPIC, "a", "{\"id\":\"1\"}");
        connection().push(TOPIC, "a", "{\"id\":\"2\"}");
        connection().push(TOPIC, "b", "{}");
        pass(10);
        connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(2);

        assertThat(server.connections.get(0).last("phx_join").payload().toString())
                .isEqualTo("{\"token\":\"t\"}");
        assertThat(connection().last("phx_join").payload().toString()).isEqualTo("{\"token\":\"t\",\"last_id\":\"2\"}");
    }

    /** Jackson cannot write it. */
    static final class Unwritable {
        @SuppressWarnings("unused")
        public String getIt() {
            throw new IllegalStateException("cannot be written");
        }
    }
}
