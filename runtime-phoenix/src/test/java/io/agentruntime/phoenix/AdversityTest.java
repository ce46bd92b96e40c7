package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.phoenix.ChannelState.CloseReason;
import io.agentruntime.phoenix.ChannelState.Closed;
import io.agentruntime.phoenix.FakePhoenix.Frame;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Users that misbehave, servers that make no sense, and calls at the wrong moment: nobody else pays for it. */
class AdversityTest extends PhoenixScenario {

    private static final Consumer<Throwable> RUDE = error -> {
        throw new IllegalStateException("a subscriber that breaks the rules");
    };

    private FakePhoenix.Connection connection() {
        return server.connection();
    }

    private void neverAnswer(String event) {
        server.script = (connection, frame) -> frame.event().equals(event);
    }

    // ---- Subscribers that throw

    @Test
    void aSubscriberThatThrowsKeepsNoOtherFromTheOutcomeOfAPush() {
        PhoenixChannel channel = joined(connected());
        channel.push("ask").subscribe(reply -> {}, RUDE);
        Seen<Reply> second = watch(channel.push("ask"));
        channel.push("ask", Map.of(), Duration.ofSeconds(3)).subscribe(reply -> {}, RUDE);
        Seen<Reply> brief = watch(channel.push("ask", Map.of(), Duration.ofSeconds(3)));
        passSeconds(3);
        assertThat(brief.error).isInstanceOf(TimeLimitException.class);
        connection().crash(TOPIC);
        passSeconds(2);

        assertThat(second.error).isInstanceOf(ChannelCrashedException.class);
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void aSubscriberThatThrowsKeepsNoOtherFromTheOutcomeOfAJoin() {
        neverAnswer("phx_join");
        PhoenixChannel channel = connected().channel(TOPIC);
        channel.join().subscribe(reply -> {}, RUDE);
        Seen<JoinReply> second = watch(channel.join());
        channel.push("ask").subscribe(reply -> {}, RUDE);
        Seen<Reply> push = watch(channel.push("ask"));
        Seen<PhoenixMessage> messages = watch(channel.messages());
        Seen<Void> left = watch(channel.leave());

        assertThat(second.error).isInstanceOf(ChannelClosedException.class);
        assertThat(push.error).isInstanceOf(ChannelClosedException.class);
        assertThat(messages.completed).isTrue();
        assertThat(left.completed).isTrue();
        assertThat(channel.currentState()).isEqualTo(new Closed(CloseReason.LEFT, null));
    }

    // ---- Calls from inside onNext

    private void onFirstMessage(PhoenixChannel channel, Runnable call) {
        channel.messages(StreamOptions.of(OverflowPolicy.ERROR).withDeliverOn(Schedulers.immediate()))
                .take(1)
                .subscribe(message -> call.run());
        connection().push(TOPIC, "go", "{}");
        pass(100);
    }

    @Test
    void aSubscriberMayPushLeaveAndJoinFromInside() {
        PhoenixChannel channel = joined(connected());
        List<Object> outcomes = new ArrayList<>();
        onFirstMessage(channel, () -> {
            channel.push("echo").subscribe(outcomes::add, outcomes::add);
            channel.leave().subscribe(nothing -> {}, outcomes::add, () -> outcomes.add("left"));
            channel.join().subscribe(outcomes::add, outcomes::add);
        });

        assertThat(outcomes).hasSize(3);
        assertThat(outcomes.get(0)).isInstanceOf(Reply.class);
        assertThat(outcomes.get(1)).isEqualTo("left");
        assertThat(outcomes.get(2)).isInstanceOf(JoinReply.class);
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void aSubscriberMayDisconnectAndCloseFromInside() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        Seen<Reply> pending = watch(channel.push("ask"));
        onFirstMessage(channel, () -> socket.disconnect().subscribe());
        assertThat(pending.error).isInstanceOf(SessionEndedException.class);
        assertThat(socket.currentState().name()).isEqualTo("disconnected");

        await(socket.connect());
        pass(100);
        onFirstMessage(channel, () -> socket.close().subscribe());
        assertThat(channel.currentState()).isEqualTo(new Closed(CloseReason.SOCKET_CLOSED, null));
        assertThat(watch(socket.close()).completed).isTrue();
        assertThat(watch(channel.leave()).completed).isTrue();
        assertThat(watch(channel.join()).error).isInstanceOf(RuntimeClosedException.class);
    }

    // ---- Answers that make no sense

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"no\"", "5", "[1]", "{}", "{\"reason\":null}", "{\"reason\":{}}"})
    void aRefusalMayCarryAnything(String response) {
        server.script = (connection, frame) -> {
            connection.reply(frame, "error", response);
            return true;
        };
        Seen<JoinReply> join = watch(connected().channel(TOPIC).join());
        pass(10);

        assertThat(join.error)
                .isInstanceOfSatisfying(
                        JoinRefusedException.class,
                        refused -> assertThat(refused.reply().response().json().text())
                                .isEqualTo(response));
    }

    @Test
    void aMalformedAnswerToAJoinThatWasGivenUpIsReported() {
        neverAnswer("phx_join");
        PhoenixSocket socket = connected();
        Seen<?> errors = watch(socket.errors());
        PhoenixChannel channel = socket.channel(TOPIC);
        Disposable first = channel.join().subscribe();
        pass(10);
        first.dispose();
        Seen<JoinReply> second = watch(channel.join());
        pass(10);
        Frame stale = connection().received("phx_join").get(0);
        connection().frame(stale.ref(), stale.ref(), TOPIC, "phx_reply", "[]");
        connection().answer(connection().last("phx_join"));
        pass(10);

        assertThat(second.values).hasSize(1);
        assertThat(errors.values).singleElement().isInstanceOf(DecodeException.class);
    }

    @Test
    void repliesToNobodyAndReferencesOfNobodyAreDropped() {
        PhoenixChannel channel = joined(connected());
        Seen<PhoenixMessage> messages = watch(channel.messages());
        Frame join = connection().last("phx_join");
        connection().answer(join);
        for (String ref : new String[] {"0", "-1", "9223372036854775808", "x", "", null}) {
            connection().frame(join.ref(), ref, TOPIC, "phx_reply", FakePhoenix.replyPayload("ok", "{}"));
            connection().frame(ref == null ? "no" : ref, ref, TOPIC, "phx_error", "{}");
            connection().frame(ref == null ? "no" : ref, ref, TOPIC, "phx_close", "{}");
        }
        pass(10);

        assertThat(messages.values).isEmpty();
        assertThat(await(channel.push("echo")).isOk()).isTrue();
    }

    // ---- The wrong moment

    @Test
    void disconnectingDuringAJoinKeepsTheChannelWanted() {
        neverAnswer("phx_join");
        PhoenixSocket socket = connected();
        PhoenixChannel channel = socket.channel(TOPIC);
        Seen<JoinReply> join = watch(channel.join());
        Seen<Reply> push = watch(channel.push("echo"));
        await(socket.disconnect());
        assertThat(join.pending()).isTrue();
        server.script = (connection, frame) -> false;
        await(socket.connect());

        assertThat(join.values).hasSize(1);
        assertThat(push.values).hasSize(1);
    }

    @Test
    void aSupplierOfSocketParamsThatFailsOnReconnectingIsAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        PhoenixSocket socket = connected(b -> b.params(Mono.defer(() -> switch (asked.incrementAndGet()) {
            case 2 -> throw new IllegalStateException("no params");
            case 3 -> Mono.error(new IllegalStateException("no params"));
            case 4 -> Mono.never();
            default -> Mono.just(Map.of());
        })));
        PhoenixChannel channel = joined(socket);
        connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(30);

        assertThat(asked).hasValue(5);
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void whatIsDroppedBetweenBroadcastsBeforeTheJoinIsAnsweredIsAGap() {
        PhoenixSocket socket = connected();
        joined(socket);
        neverAnswer("phx_join");
        PhoenixChannel second = socket.channel(TOPIC);
        Seen<Delivery<PhoenixMessage>> deliveries = watch(second.deliveries());
        watch(second.join());
        pass(10);
        connection().broadcast(TOPIC, "news", "{}");
        connection().push(TOPIC, "news", "{}"); // to the join of the first
        connection().answer(connection().last("phx_join"));
        connection().push(TOPIC, "news", "{}");
        pass(10);

        assertThat(deliveries.values).hasSize(3);
        assertThat(deliveries.values.get(0)).isInstanceOf(Delivery.Message.class);
        assertThat(deliveries.values.get(1)).isInstanceOf(Delivery.Gap.class);
        assertThat(deliveries.values.get(2)).isInstanceOf(Delivery.Message.class);
    }

    @Test
    void tenThousandPushesWhileJoiningAreSentInOrderOrRefused() {
        PhoenixSocket socket = socket(b -> b);
        PhoenixChannel channel = socket.channel(TOPIC);
        Seen<JoinReply> join = watch(channel.join());
        List<Seen<Reply>> pushes = IntStream.range(0, 10_000)
                .mapToObj(i -> watch(channel.push("echo", Map.of("i", i))))
                .toList();
        await(socket.connect());

        assertThat(join.values).hasSize(1);
        assertThat(pushes).noneMatch(Seen::pending);
        assertThat(pushes.stream().filter(push -> push.error instanceof PushBufferOverflowException))
                .hasSize(9000);
        assertThat(connection().received("echo").stream()
                        .map(frame -> frame.payload().get("i").asInt()))
                .containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList());
    }

    // ---- Buffers

    private enum Fate {
        ANSWERED,
        NOT_JOINED,
        OVERFLOW,
        CANCELLED,
        LATE,
        LEFT,
        SOCKET_CLOSED,
        HEADER_TOO_LONG,
        VERSION_1,
        LIMIT_TOO_LONG
    }

    @ParameterizedTest
    @EnumSource(Fate.class)
    void aBufferIsReleasedWhateverBecomesOfThePush(Fate fate) {
        if (fate == Fate.VERSION_1) {
            speakVersion1();
        }
        PhoenixSocket socket = connected(b -> b.pushBuffer(fate == Fate.OVERFLOW ? 0 : 10)
                .serializer(fate == Fate.VERSION_1 ? PhoenixSerializer.V1 : PhoenixSerializer.V2));
        PhoenixChannel channel = socket.channel(TOPIC);
        boolean waits = List.of(Fate.OVERFLOW, Fate.CANCELLED, Fate.LATE, Fate.LEFT, Fate.SOCKET_CLOSED)
                .contains(fate);
        if (waits) {
            neverAnswer("phx_join");
        }
        if (fate != Fate.NOT_JOINED) {
            watch(channel.join());
            pass(10);
        }
        ByteBuf payload = Unpooled.directBuffer().writeInt(7);
        Duration limit = fate == Fate.LIMIT_TOO_LONG ? Duration.ofDays(365 * 1000) : Duration.ofSeconds(5);
        String event = fate == Fate.HEADER_TOO_LONG ? "x".repeat(256) : "echo";
        Seen<Reply> seen = new Seen<>();
        try {
            Disposable push =
                    channel.push(event, payload, limit).subscribe(seen.values::add, error -> seen.error = error);
            pass(10);
            switch (fate) {
                case CANCELLED -> push.dispose();
                case LATE -> passSeconds(5);
                case LEFT -> await(channel.leave());
                case SOCKET_CLOSED -> await(socket.close());
                default -> {}
            }
        } catch (InvalidOptionException refused) {
            assertThat(fate).isEqualTo(Fate.LIMIT_TOO_LONG);
        }

        assertThat(seen.pending()).isEqualTo(fate == Fate.CANCELLED || fate == Fate.LIMIT_TOO_LONG);
        assertThat(payload.refCnt()).isOne();
        payload.release();
    }

    // ---- Long lives

    @Test
    void listenersOfPresenceAreToldOfTheEndOfTheSocketHoweverManyChannelsHaveGone() {
        PhoenixSocket socket = connected();
        Seen<?> present = watch(socket.channel("room:idle").presence().state());
        PhoenixChannel other = joined(socket);
        await(other.leave());
        await(joined(socket).leave());
        await(socket.close());

        assertThat(present.completed).isTrue();
    }

    /** While it subscribes, so much else is subscribed to that the channels nobody wants are forgotten. */
    @Test
    void aChannelThatIsJustBeingSubscribedToIsNotForgotten() {
        PhoenixSocket socket = connected();
        AtomicInteger completed = new AtomicInteger();
        socket.channel("room:quiet").messages().subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                IntStream.range(0, 1000)
                        .forEach(i -> socket.channel("room:" + i)
                                .messages()
                                .subscribe()
                                .dispose());
                subscription.request(1);
            }

            @Override
            protected void hookOnComplete() {
                completed.incrementAndGet();
            }
        });
        await(socket.close());

        assertThat(completed).hasValue(1);
    }

    @Test
    void nothingIsKeptOfChannelsThatAreGoneWhetherTheyWereJoinedOrOnlyHeard() {
        PhoenixSocket socket = connected();
        for (int i = 0; i < 1000; i++) {
            PhoenixChannel joined = socket.channel("room:" + i);
            watch(joined.messages());
            watch(joined.presence().state());
            watch(joined.state().take(1));
            await(joined.join());
            await(joined.leave());
        }
        assertThat(socket.subscribers()).isEmpty();

        SocketSettings settings = PhoenixSocket.builder()
                .url("ws://phoenix.test/socket")
                .timer(time)
                .settings();
        SocketHub hub = new SocketHub(settings);
        Topics topics = new Topics(hub);
        for (int i = 0; i < 1000; i++) {
            ChannelMachine heard =
                    new ChannelMachine("room:" + i, ChannelOptions.builder().build(), settings, topics, hub);
            heard.states().subscribe().dispose();
        }
        assertThat(topics.known()).hasSizeBetween(1, 101);
    }

    // ---- Draining

    @Test
    void drainingLetsWhatIsQueuedGoOutAndIn() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        List<PhoenixMessage> heard = new ArrayList<>();
        BaseSubscriber<PhoenixMessage> slow = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {}

            @Override
            protected void hookOnNext(PhoenixMessage message) {
                heard.add(message);
            }
        };
        channel.messages().subscribe(slow);
        for (int i = 0; i < 5; i++) {
            connection().push(TOPIC, "news", "{}");
        }
        pass(10);
        assertThat(socket.subscribers())
                .singleElement()
                .satisfies(subscriber -> assertThat(subscriber.buffered()).isEqualTo(5));
        channel.send("ask", Map.of()).subscribe();
        Seen<Void> drained = watch(socket.drain(Duration.ofSeconds(5)));
        pass(100);
        assertThat(drained.pending()).isTrue();
        slow.request(10);
        pass(20);

        assertThat(drained.completed).isTrue();
        assertThat(heard).hasSize(5);
        assertThat(connection().received("ask")).hasSize(1);
    }

    @Test
    void drainingEndsAfterItsLimit() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        channel.messages().subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {}
        });
        connection().push(TOPIC, "news", "{}");
        pass(10);
        Seen<Void> drained = watch(socket.drain(Duration.ofSeconds(5)));
        passSeconds(4);
        assertThat(drained.pending()).isTrue();
        passSeconds(1);
        assertThat(drained.completed).isTrue();
        assertThat(watch(socket(b -> b).drain(Duration.ofSeconds(1))).completed).isTrue();
    }
}
