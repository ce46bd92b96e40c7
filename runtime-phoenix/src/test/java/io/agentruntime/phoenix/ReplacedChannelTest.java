package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.phoenix.ChannelState.CloseReason;
import io.agentruntime.phoenix.ChannelState.Closed;
import io.agentruntime.phoenix.FakePhoenix.Frame;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Channels of one topic, one after the other: what the server has of the first is replaced or left by the next. */
@ParameterizedClass
@EnumSource(
        value = PhoenixTransport.class,
        names = {"WEBSOCKET", "LONGPOLL"})
class ReplacedChannelTest extends PhoenixScenario {

    @Parameter
    PhoenixTransport transport;

    private final Sinks.One<Map<String, ?>> params = Sinks.one();

    @Override
    PhoenixTransport transport() {
        return transport;
    }

    private FakePhoenix.Connection connection() {
        return server.connection();
    }

    /** A channel whose join is not sent before the test says so. */
    private PhoenixChannel slow(PhoenixSocket socket) {
        return socket.channel(TOPIC, params.asMono());
    }

    private enum End {
        PARAMS_FAIL,
        PARAMS_CANNOT_BE_WRITTEN,
        LEAVE,
        CANCEL
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void aSuccessorThatNeverJoinsLeavesWhatItHasReplaced(End how) {
        PhoenixSocket socket = connected();
        PhoenixChannel first = joined(socket);
        Frame join = connection().last("phx_join");
        PhoenixChannel second = slow(socket);
        Disposable joining = second.join().subscribe(reply -> {}, error -> {});
        pass(10);
        assertThat(first.currentState()).isEqualTo(new Closed(CloseReason.REPLACED, null));
        switch (how) {
            case PARAMS_FAIL -> params.tryEmitError(new IllegalStateException("no params"));
            case PARAMS_CANNOT_BE_WRITTEN -> params.tryEmitValue(Map.of("a", new ChannelTest.Unwritable()));
            case LEAVE -> await(second.leave());
            case CANCEL -> joining.dispose();
        }
        pass(10);

        assertThat(second.currentState().name()).isEqualTo("closed");
        assertThat(connection().last("phx_leave").joinRef()).isEqualTo(join.ref());
        assertThat(connection().joined).isEmpty();
    }

    @Test
    void aSuccessorThatJoinsAtLastLeavesNothing() {
        PhoenixSocket socket = connected();
        joined(socket);
        String firstRef = connection().last("phx_join").ref();
        PhoenixChannel second = slow(socket);
        Seen<JoinReply> join = watch(second.join());
        Seen<PhoenixMessage> messages = watch(second.messages());
        connection().push(TOPIC, "stale", "{}");
        pass(10);
        params.tryEmitValue(Map.of());
        pass(10);
        connection().close(TOPIC, firstRef);
        connection().push(TOPIC, "news", "{}");
        pass(10);

        assertThat(join.values).hasSize(1);
        assertThat(texts(messages)).containsExactly("news {}");
        assertThat(connection().received("phx_leave")).isEmpty();
        await(second.leave());
        assertThat(connection().received("phx_leave")).hasSize(1);
    }

    @Test
    void aSuccessorThatIsRefusedHasReplacedTheFirstAllTheSame() {
        PhoenixSocket socket = connected();
        joined(socket);
        server.script = (connection, frame) -> {
            connection.unmatched(frame);
            return true;
        };
        Seen<JoinReply> refused = watch(socket.channel(TOPIC).join());
        pass(10);

        assertThat(refused.error).isInstanceOf(JoinRefusedException.class);
        assertThat(connection().received("phx_leave")).isEmpty();
    }

    @Test
    void theThirdInherits() {
        PhoenixSocket socket = connected();
        joined(socket);
        Frame join = connection().last("phx_join");
        watch(slow(socket).join());
        PhoenixChannel third = slow(socket);
        watch(third.join());
        pass(10);
        assertThat(connection().received("phx_leave")).isEmpty();
        await(third.leave());
        pass(10);

        assertThat(connection().received("phx_leave"))
                .singleElement()
                .satisfies(leave -> assertThat(leave.joinRef()).isEqualTo(join.ref()));
    }

    @Test
    void aChannelThatTakesItsTopicBackKeepsWhatTheServerHas() {
        PhoenixSocket socket = connected();
        PhoenixChannel first = joined(socket);
        PhoenixChannel second = slow(socket);
        watch(second.join());
        await(first.join());
        params.tryEmitValue(Map.of());
        pass(10);

        assertThat(second.currentState()).isEqualTo(new Closed(CloseReason.REPLACED, null));
        assertThat(connection().events()).containsExactly("phx_join", "phx_join");
        assertThat(await(first.push("echo")).isOk()).isTrue();
    }

    @Test
    void whatHasEndedWithItsSessionOrOnTheServerIsNotLeft() {
        PhoenixSocket socket = connected();
        joined(socket);
        PhoenixChannel second = slow(socket);
        watch(second.join());
        connection().crash(TOPIC);
        pass(10);
        await(second.leave());
        assertThat(connection().received("phx_leave")).isEmpty();

        joined(socket);
        PhoenixChannel third = slow(socket);
        watch(third.join());
        connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(2);
        await(third.leave());
        assertThat(connection().events()).isEmpty();
    }

    // ---- Version 1, where nothing names the join that a message is about

    private PhoenixSocket version1() {
        speakVersion1();
        return connected(b -> b.serializer(PhoenixSerializer.V1));
    }

    @Test
    void inVersion1TheCloseThatFollowsAnotherJoinOfTheTopicIsThatOfTheFirst() {
        PhoenixSocket socket = version1();
        joined(socket);
        PhoenixChannel second = joined(socket);
        connection().close(TOPIC, null);
        pass(10);
        assertThat(second.currentState().name()).isEqualTo("joined");
        connection().close(TOPIC, null);
        pass(10);
        assertThat(second.currentState()).isEqualTo(new Closed(CloseReason.CLOSED_BY_SERVER, null));
    }

    @Test
    void inVersion1TheCloseIsThatOfTheSecondWhereTheFirstWasNeverJoined() {
        PhoenixSocket socket = version1();
        watch(socket.channel(TOPIC, Mono.never()).join());
        PhoenixChannel second = joined(socket);
        connection().close(TOPIC, null);
        pass(10);

        assertThat(second.currentState()).isEqualTo(new Closed(CloseReason.CLOSED_BY_SERVER, null));
    }

    @ParameterizedTest
    @EnumSource
    void inVersion1TheCloseIsThatOfTheSecondWhereTheFirstHasEndedBefore(Ending first) {
        PhoenixSocket socket = version1();
        joined(socket);
        PhoenixChannel second = slow(socket);
        Seen<JoinReply> join = watch(second.join());
        if (first.beforeTheJoin) {
            first.end(connection());
            pass(10);
            params.tryEmitValue(Map.of());
        } else {
            server.script = (connection, frame) -> {
                first.end(connection);
                return false;
            };
            params.tryEmitValue(Map.of());
        }
        pass(10);
        assertThat(join.values).hasSize(1);
        connection().close(TOPIC, null);
        pass(10);

        assertThat(second.currentState()).isEqualTo(new Closed(CloseReason.CLOSED_BY_SERVER, null));
    }

    enum Ending {
        CRASH_BEFORE_THE_JOIN(true),
        CLOSE_BEFORE_THE_JOIN(true),
        CRASH_BEFORE_ITS_ANSWER(false),
        CLOSE_BEFORE_ITS_ANSWER(false);

        final boolean beforeTheJoin;

        Ending(boolean beforeTheJoin) {
            this.beforeTheJoin = beforeTheJoin;
        }

        void end(FakePhoenix.Connection connection) {
            if (name().startsWith("CRASH")) {
                connection.crash(TOPIC);
            } else {
                connection.close(TOPIC, null);
            }
        }
    }

    @Test
    void inVersion1ACrashOfTheSecondIsNotTakenForThatOfTheFirst() {
        PhoenixSocket socket = version1();
        joined(socket);
        PhoenixChannel second = joined(socket);
        connection().crash(TOPIC);
        pass(10);

        assertThat(second.currentState().name()).isEqualTo("errored");
        passSeconds(1);
        assertThat(second.currentState().name()).isEqualTo("joined");
    }

    @Test
    void inVersion1ASuccessorThatNeverJoinsLeavesTheTopic() {
        PhoenixSocket socket = version1();
        joined(socket);
        PhoenixChannel second = slow(socket);
        watch(second.join());
        await(second.leave());
        pass(10);

        assertThat(connection().received("phx_leave")).hasSize(1);
        assertThat(connection().joined).isEmpty();
    }
}
