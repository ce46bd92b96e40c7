package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.agentruntime.phoenix.ChannelState.CloseReason;
import io.agentruntime.phoenix.ChannelState.Closed;
import io.agentruntime.phoenix.FakePhoenix.Connection;
import io.agentruntime.phoenix.FakePhoenix.Frame;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * The states of channels against a model: random sequences of what users do (join, leave, push, cancel, disconnect), of what
 * servers do (crash, close, refuse, block in a slow join, answer late or never, send what is stale) and of what networks do,
 * all with latency, in memory and virtual time. Two of the three channels have the same topic.
 *
 * <p>Each test runs {@value #SEQUENCES} sequences from one seed. Replay one of them with {@code -Dmodel.seed=<seed>}, as a
 * failure prints it; more of them with {@code -Dmodel.rounds=<n>}.
 */
class ChannelModelTest {

    private static final int SEQUENCES = 250;
    private static final int STEPS = 40;

    static LongStream rounds() {
        return LongStream.range(0, Long.getLong("model.seed") != null ? 1 : Integer.getInteger("model.rounds", 40));
    }

    @ParameterizedTest(name = "round {0}")
    @MethodSource("rounds")
    void nothingIsLostNothingIsStaleNothingHangs(long round) {
        Long replayed = Long.getLong("model.seed");
        if (replayed != null) {
            new Sequence(replayed).run();
            return;
        }
        Map<String, Integer> outcomes = new TreeMap<>();
        for (long seed = round * SEQUENCES; seed < (round + 1) * SEQUENCES; seed++) {
            try {
                Sequence sequence = new Sequence(seed);
                sequence.run();
                sequence.pushes.values().forEach(push -> outcomes.merge(push.outcome(), 1, Integer::sum));
            } catch (AssertionError | RuntimeException e) {
                fail("Replay with -Dmodel.seed=" + seed, e);
            }
        }
        // A sequence in which nothing happens would prove nothing.
        assertThat(outcomes.keySet())
                .contains(
                        "ok",
                        "error",
                        "cancelled",
                        "ChannelClosedException",
                        "ChannelCrashedException",
                        "SessionEndedException",
                        "TimeLimitException",
                        "PushBufferOverflowException",
                        "NotJoinedException");
    }

    /** What becomes of one call. */
    private static final class Call {
        final String name;
        int values;
        int ends;
        boolean cancelled;
        Throwable error;
        Object value;

        Call(String name) {
            this.name = name;
        }

        boolean over() {
            return ends > 0 || cancelled;
        }

        String outcome() {
            if (error != null) {
                return error.getClass().getSimpleName();
            }
            return value instanceof Reply reply ? reply.status() : "cancelled";
        }
    }

    /** A channel, and what its subscriber got: numbers, gaps ("gap"), ends ("end"). */
    private final class Member {
        final PhoenixChannel channel;
        final List<Object> heard = new ArrayList<>();
        final List<ChannelState> states = new ArrayList<>();
        final Set<CloseReason> expected = new HashSet<>(Set.of(CloseReason.NEW));

        Member(PhoenixChannel channel, Consumer<String> trace) {
            this.channel = channel;
            channel.state().subscribe(state -> {
                states.add(state);
                trace.accept(channel.topic() + " " + state);
            });
            listen();
        }

        private void listen() {
            channel.deliveries().subscribe(this::heard, error -> ended(), this::ended);
        }

        private void heard(Delivery<PhoenixMessage> delivery) {
            if (delivery instanceof Delivery.Message<PhoenixMessage> message) {
                assertThat(message.payload().event())
                        .as("a stale frame was delivered")
                        .isEqualTo("news");
                heard.add(message.payload()
                        .payload()
                        .json()
                        .field("n")
                        .orElseThrow()
                        .as(Integer.class));
            } else {
                heard.add("gap");
            }
        }

        private void ended() {
            heard.add("end");
            if (!closing) {
                listen();
            }
        }

        private boolean closing;
    }

    private final class Sequence {

        final Random random;
        final VirtualTimeScheduler time = VirtualTimeScheduler.create();
        final FakePhoenix server = new FakePhoenix(time, false);
        final PhoenixSocket socket;
        final List<Member> members = new ArrayList<>();
        final List<Call> calls = new ArrayList<>();
        final Map<Integer, Call> pushes = new LinkedHashMap<>();
        final Map<Call, Disposable> running = new HashMap<>();
        final Map<Integer, Integer> arrived = new HashMap<>();
        final Map<String, List<Integer>> arrivedInOrder = new TreeMap<>();
        final Map<Integer, Integer> memberOfPush = new HashMap<>();
        final Deque<Runnable> late = new ArrayDeque<>();
        final List<String> stale = new ArrayList<>();
        final Deque<Runnable> blockedFrames = new ArrayDeque<>();
        final Map<String, NavigableSet<Integer>> newsOf = new HashMap<>();
        boolean healthy;
        boolean blocked;
        int news;

        Sequence(long seed) {
            random = new Random(seed);
            server.latency = () -> healthy ? 1 : random.nextInt(30);
            server.script = this::receive;
            socket = PhoenixSocket.builder()
                    .url("ws://phoenix.test/socket")
                    .timer(time)
                    .random(random)
                    .streams(StreamOptions.of(OverflowPolicy.ERROR)
                            .withCapacity(10_000)
                            .withDeliverOn(time))
                    .pushBuffer(2)
                    .joinTimeout(Duration.ofSeconds(5))
                    .pushTimeout(Duration.ofSeconds(6))
                    .leaveTimeout(Duration.ofSeconds(3))
                    .transport(call -> Mono.error(new AssertionError()), server)
                    .build();
            socket.messages().subscribe(message -> trace("client: " + message));
            members.add(new Member(socket.channel("room:a"), this::trace));
            members.add(new Member(
                    socket.channel(
                            "room:a", Mono.delay(Duration.ofMillis(50), time).thenReturn(Map.of())),
                    this::trace));
            members.add(new Member(
                    socket.channel(
                            "room:b", Mono.delay(Duration.ofMillis(7), time).thenReturn(Map.of())),
                    this::trace));
        }

        void run() {
            socket.connect().subscribe(session -> {}, error -> {});
            for (int step = 0; step < STEPS; step++) {
                act();
                pass(random.nextInt(8) == 0 ? random.nextInt(7_000) : random.nextInt(60));
            }
            heal();
            check();
            members.forEach(member -> member.closing = true);
            socket.close().subscribe();
            pass(10_000);
            calls.forEach(call ->
                    assertThat(call.over()).as("after close: %s", call.name).isTrue());
        }

        /** What happened, for whoever replays. */
        private void trace(String what) {
            if (Long.getLong("model.seed") != null) {
                System.out.println(time.now(TimeUnit.MILLISECONDS) + " " + what);
            }
        }

        private void pass(long millis) {
            time.advanceTimeBy(Duration.ofMillis(millis));
        }

        // ---- What happens

        private void act() {
            Member member = members.get(random.nextInt(members.size()));
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3 -> join(member);
                case 4 -> leave(member);
                case 5, 6, 7, 8, 9 -> push(member);
                case 10 -> cancelSomething();
                case 11 -> crash(member.channel.topic());
                case 12 -> closeByServer(member.channel.topic());
                case 13 -> drop();
                case 14 -> disconnectOrConnect();
                case 15 -> block();
                case 16 -> sendStale();
                case 17 -> answerLate();
                default -> sendNews(member.channel.topic());
            }
        }

        private <T> Call call(String name, Mono<T> mono) {
            Call call = new Call(name);
            calls.add(call);
            trace(name);
            running.put(
                    call,
                    mono.subscribe(
                            value -> {
                                call.values++;
                                call.value = value;
                            },
                            error -> {
                                call.ends++;
                                call.error = error;
                            },
                            () -> call.ends++));
            return call;
        }

        private void join(Member member) {
            for (Member other : members) {
                if (other != member && other.channel.topic().equals(member.channel.topic())) {
                    other.expected.add(CloseReason.REPLACED);
                }
            }
            call("join", member.channel.join());
        }

        private void leave(Member member) {
            member.expected.add(CloseReason.LEFT);
            call("leave", member.channel.leave());
        }

        private void push(Member member) {
            int number = pushes.size();
            memberOfPush.put(number, members.indexOf(member));
            pushes.put(number, call("push " + number, member.channel.push("ask", Map.of("n", number))));
        }

        private void cancelSomething() {
            List<Call> open = calls.stream().filter(call -> !call.over()).toList();
            if (!open.isEmpty()) {
                Call call = open.get(random.nextInt(open.size()));
                call.cancelled = true;
                if (call.name.equals("join")) {
                    members.forEach(member -> member.expected.add(CloseReason.LEFT));
                }
                running.get(call).dispose();
            }
        }

        private void crash(String topic) {
            connection().ifPresent(connection -> {
                String ref = connection.joined.get(topic);
                if (ref != null) {
                    stale.add(ref + " " + topic);
                    connection.crash(topic);
                }
            });
        }

        private void closeByServer(String topic) {
            connection().ifPresent(connection -> {
                String ref = connection.joined.remove(topic);
                if (ref != null) {
                    members.forEach(member -> member.expected.add(CloseReason.CLOSED_BY_SERVER));
                    stale.add(ref + " " + topic);
                    connection.close(topic, ref);
                }
            });
        }

        private void drop() {
            connection().ifPresent(connection -> {
                forget(connection);
                if (random.nextBoolean()) {
                    connection.pipe.abort(new IllegalStateException("cut"));
                } else {
                    connection.pipe.close(1000, "", Duration.ofSeconds(1)).subscribe();
                }
            });
        }

        private void forget(Connection connection) {
            connection.joined.forEach((topic, ref) -> stale.add(ref + " " + topic));
            connection.joined.clear();
            blockedFrames.clear();
            late.clear();
        }

        private void disconnectOrConnect() {
            if (random.nextBoolean()) {
                connection().ifPresent(this::forget);
                call("disconnect", socket.disconnect());
            }
            call("connect", socket.connect());
        }

        private void block() {
            blocked = true;
            time.schedule(this::unblock, random.nextInt(9_000), TimeUnit.MILLISECONDS);
        }

        private void unblock() {
            blocked = false;
            while (!blocked && !blockedFrames.isEmpty()) {
                blockedFrames.removeFirst().run();
            }
        }

        private void sendStale() {
            if (!stale.isEmpty()) {
                String[] old = stale.get(random.nextInt(stale.size())).split(" ");
                connection().ifPresent(connection -> {
                    switch (random.nextInt(3)) {
                        case 0 -> connection.frame(old[0], old[0], old[1], "phx_error", "{}");
                        case 1 -> connection.frame(old[0], old[0], old[1], "phx_close", "{}");
                        default -> connection.frame(old[0], null, old[1], "stale", "{}");
                    }
                });
            }
        }

        private void answerLate() {
            if (!late.isEmpty()) {
                late.remove().run();
            }
        }

        private void sendNews(String topic) {
            connection().ifPresent(connection -> {
                String ref = connection.joined.get(topic);
                if (ref != null) {
                    newsOf.computeIfAbsent(topic, name -> new TreeSet<>()).add(news);
                    String joinRef = random.nextBoolean() ? ref : null; // pushed or broadcast
                    connection.frame(joinRef, null, topic, "news", "{\"n\":" + news++ + "}");
                }
            });
        }

        private Optional<Connection> connection() {
            return server.connections.isEmpty() ? Optional.empty() : Optional.of(server.connection());
        }

        // ---- The server

        private boolean receive(Connection connection, Frame frame) {
            if (connection != server.connection()) {
                return true;
            }
            if (blocked) {
                blockedFrames.add(() -> process(connection, frame));
            } else {
                process(connection, frame);
            }
            return true;
        }

        private void process(Connection connection, Frame frame) {
            trace("server: " + frame.text());
            switch (frame.event()) {
                case "phx_join" -> onJoin(connection, frame);
                case "phx_leave" -> onLeave(connection, frame);
                case "ask" -> onAsk(connection, frame);
                default -> connection.answer(frame);
            }
        }

        /** The old channel of the topic is shut down before the new one is asked; its close comes after the reply. */
        private void onJoin(Connection connection, Frame frame) {
            String before = connection.joined.remove(frame.topic());
            Runnable closeOld = () -> {
                if (before != null) {
                    stale.add(before + " " + frame.topic());
                    connection.close(frame.topic(), before);
                }
            };
            int fate = healthy ? 9 : random.nextInt(12);
            if (fate == 2) {
                block(); // a slow join
                blockedFrames.addFirst(() -> answerJoin(connection, frame, 9, closeOld));
            } else {
                answerJoin(connection, frame, fate, closeOld);
            }
        }

        private void answerJoin(Connection connection, Frame frame, int fate, Runnable closeOld) {
            if (fate == 0) {
                members.forEach(member -> member.expected.add(CloseReason.REFUSED));
                connection.frame(
                        null,
                        frame.ref(),
                        frame.topic(),
                        "phx_reply",
                        FakePhoenix.replyPayload("error", "{\"reason\":\"not now\"}"));
            } else if (fate == 1) {
                connection.reply(frame, "error", "{\"reason\":\"join crashed\"}");
            } else {
                connection.joined.put(frame.topic(), frame.ref());
                connection.reply(frame, "ok", "{}");
            }
            closeOld.run();
        }

        private void onLeave(Connection connection, Frame frame) {
            String joined = connection.joined.get(frame.topic());
            if (joined == null) {
                connection.frame(null, frame.ref(), frame.topic(), "phx_reply", FakePhoenix.replyPayload("ok", "{}"));
            } else if (joined.equals(frame.joinRef())) {
                connection.joined.remove(frame.topic());
                stale.add(joined + " " + frame.topic());
                if (healthy || random.nextInt(4) > 0) {
                    connection.reply(frame, "ok", "{}");
                }
                connection.close(frame.topic(), joined);
            }
        }

        private void onAsk(Connection connection, Frame frame) {
            int number = frame.payload().get("n").asInt();
            arrived.merge(number, 1, Integer::sum);
            arrivedInOrder
                    .computeIfAbsent(memberOfPush.get(number) + "", member -> new ArrayList<>())
                    .add(number);
            if (!frame.joinRef().equals(connection.joined.get(frame.topic()))) {
                connection.unmatched(frame);
                return;
            }
            Runnable answer =
                    () -> connection.reply(frame, "ok", frame.payload().toString());
            switch (healthy ? 9 : random.nextInt(10)) {
                case 0 -> {} // never
                case 1, 2 -> late.add(answer);
                case 3 -> crash(frame.topic());
                case 4 -> connection.reply(frame, "error", "null");
                default -> answer.run();
            }
        }

        // ---- The end

        private void heal() {
            healthy = true;
            unblock();
            call("connect", socket.connect());
            pass(120_000);
        }

        private void check() {
            calls.forEach(call -> {
                assertThat(call.over()).as("hangs: %s", call.name).isTrue();
                assertThat(call.ends).as("ends of %s", call.name).isLessThanOrEqualTo(1);
            });
            pushes.forEach((number, call) -> {
                if (call.value instanceof Reply reply && reply.isOk()) {
                    assertThat(reply.response().json().field("n").orElseThrow().as(Integer.class))
                            .as("the reply to push %d", number)
                            .isEqualTo(number);
                }
                assertThat(call.values == 1 || call.error != null || call.cancelled)
                        .as("push %d has neither reply nor error", number)
                        .isTrue();
                assertThat(arrived.getOrDefault(number, 0))
                        .as("push %d arrived", number)
                        .isLessThanOrEqualTo(1);
                if (call.values == 1) {
                    assertThat(arrived).containsKey(number);
                }
            });
            arrivedInOrder.values().forEach(numbers -> assertThat(numbers).isSorted());
            members.forEach(this::checkMember);
            Set<String> joined = new HashSet<>();
            for (Member member : members) {
                if (member.channel.currentState() instanceof ChannelState.Joined) {
                    assertThat(joined.add(member.channel.topic()))
                            .as("joined twice")
                            .isTrue();
                }
            }
            assertThat(server.connection().joined.keySet())
                    .as("the server's channels")
                    .isEqualTo(joined);
        }

        private void checkMember(Member member) {
            ChannelState state = member.channel.currentState();
            assertThat(state).isInstanceOfAny(ChannelState.Joined.class, Closed.class);
            for (int i = 0; i < member.states.size(); i++) {
                if (member.states.get(i) instanceof Closed closed) {
                    assertThat(member.expected).as("why it was closed").contains(closed.reason());
                }
                assertThat(i > 0 && member.states.get(i).equals(member.states.get(i - 1)))
                        .as("a repeated state")
                        .isFalse();
            }
            checkHeard(member.channel.topic(), member.heard);
        }

        /** In order, each once; what is missing between two lies in a gap, or between two subscriptions. */
        private void checkHeard(String topic, List<Object> heard) {
            Integer last = null;
            boolean together = false;
            for (Object what : heard) {
                if (!(what instanceof Integer number)) {
                    together = false;
                    continue;
                }
                if (last != null) {
                    assertThat(number).isGreaterThan(last);
                }
                if (last != null && together) {
                    assertThat(newsOf.get(topic).subSet(last, false, number, false))
                            .as("missing before %d of %s", number, heard)
                            .isEmpty();
                }
                together = true;
                last = number;
            }
        }
    }
}
