package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.DelayStrategy;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.phoenix.testkit.ChannelHandler;
import io.agentruntime.phoenix.testkit.ConnectReply;
import io.agentruntime.phoenix.testkit.EmbeddedPhoenixServer;
import io.agentruntime.phoenix.testkit.EmbeddedPhoenixServerBuilder;
import io.agentruntime.phoenix.testkit.ScriptedChannel;
import io.agentruntime.phoenix.testkit.ServerReply;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.Shutdown;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A client and a server of their own processes' making, over real sockets; WebSocket here, long-polling in a subclass. */
class PhoenixLoopbackTest {

    /** Never reached unless something is broken; no test measures time. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    static final String ODD_TOPIC = "room:a,b\",[c]{\"d\"}\\😀";

    EmbeddedPhoenixServer server;
    private final List<PhoenixSocket> sockets = new ArrayList<>();

    PhoenixTransport transport() {
        return PhoenixTransport.WEBSOCKET;
    }

    @BeforeEach
    void startServer() {
        start(EmbeddedPhoenixServer.builder());
    }

    private void start(EmbeddedPhoenixServerBuilder options) {
        server = options.connect(request ->
                        "no".equals(request.params().get("let_me")) ? ConnectReply.refuse() : ConnectReply.accept())
                .start()
                .block(LIMIT);
        server.channel("room:*", room());
    }

    private static ScriptedChannel room() {
        return ChannelHandler.scripted()
                .afterJoin(channel -> {
                    String user = channel.connect().params().get("user");
                    if (user != null) {
                        channel.track(user, Map.of("device", channel.topic()));
                    }
                    channel.pushPresenceState();
                })
                .on("echo", (channel, push) -> ServerReply.ok(push.content()))
                .on("shout", (channel, push) -> {
                    channel.broadcast("shout", push.content());
                    return ServerReply.ok();
                })
                .on("measure", (channel, push) -> ServerReply.ok(push.data().length))
                .on("crash", (channel, push) -> ServerReply.crash())
                .on("stop", (channel, push) -> ServerReply.stop());
    }

    @AfterEach
    void closeAll() {
        sockets.forEach(socket -> socket.close().block(LIMIT));
        server.close().block(LIMIT);
    }

    PhoenixSocket socket(UnaryOperator<PhoenixSocketBuilder> options) {
        DelayStrategy soon = DelayStrategy.table(List.of(Duration.ofMillis(20)));
        PhoenixSocket socket = options.apply(server.client()
                        .transport(transport())
                        .rejoinDelays(soon)
                        .reconnect(r -> r.strategy(soon)))
                .build();
        sockets.add(socket);
        return socket;
    }

    PhoenixSocket connected(String user) {
        PhoenixSocket socket = socket(b -> b.params(Map.of("user", user)));
        socket.connect().block(LIMIT);
        return socket;
    }

    static void eventually(String what, BooleanSupplier condition) {
        Flux.interval(Duration.ZERO, Duration.ofMillis(5))
                .onBackpressureDrop()
                .filter(tick -> condition.getAsBoolean())
                .next()
                .timeout(LIMIT, Mono.error(() -> new AssertionError("Did not come about: " + what)))
                .block();
    }

    static boolean isJoined(PhoenixChannel channel) {
        return channel.currentState() instanceof ChannelState.Joined;
    }

    @Test
    void twoClientsTalkInARoom() {
        PhoenixChannel ann = connected("ann").channel("room:lobby");
        PhoenixChannel bob = connected("bob").channel("room:lobby");
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        bob.on("shout").subscribe(message -> heard.add(message.payload().json().text()));
        ann.join().block(LIMIT);
        bob.join().block(LIMIT);
        assertThat(ann.push("shout", Map.of("text", "hello")).block(LIMIT).isOk())
                .isTrue();
        eventually("bob hears it", () -> !heard.isEmpty());

        assertThat(heard).containsExactly("{\"text\":\"hello\"}");
        bob.leave().block(LIMIT);
        assertThat(server.channels("room:lobby")).hasSize(1);
    }

    @Test
    void bytesTravelBothWays() {
        PhoenixChannel channel = connected("ann").channel("room:bytes");
        channel.join().block(LIMIT);
        byte[] data = new byte[70_000];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) i;
        }
        Mono<byte[]> heard =
                channel.on("shout").next().map(message -> message.payload().as(byte[].class));
        AtomicReference<byte[]> got = new AtomicReference<>();
        heard.subscribe(got::set);
        ByteBuf buffer = Unpooled.wrappedBuffer(data);
        assertThat(channel.push("shout", buffer).block(LIMIT).isOk()).isTrue();
        buffer.release();
        eventually("the broadcast", () -> got.get() != null);

        assertThat(got.get()).isEqualTo(data);
        assertThat(buffer.refCnt()).isZero();
    }

    @Test
    void aTopicMayContainAnything() {
        PhoenixChannel channel = connected("ann").channel(ODD_TOPIC);
        channel.join().block(LIMIT);

        assertThat(channel.push("echo", Map.of("a", "],[\""))
                        .block(LIMIT)
                        .response()
                        .json()
                        .text())
                .isEqualTo("{\"a\":\"],[\\\"\"}");
        assertThat(channel.push("measure", new byte[] {7, 8})
                        .block(LIMIT)
                        .response()
                        .as(Integer.class))
                .isEqualTo(2);
        assertThatThrownBy(() -> channel.push("e".repeat(256), new byte[] {7}).block(LIMIT))
                .isInstanceOf(HeaderTooLongException.class);
    }

    @Test
    void presenceIsRightOverComingGoingAndARestart() {
        // A client that polls is missed after one and a half windows: for a test that is to be soon.
        server.close().block(LIMIT);
        start(EmbeddedPhoenixServer.builder().longPollWindow(Duration.ofSeconds(2)));
        PhoenixChannel ann = connected("ann").channel("room:p");
        AtomicReference<Set<String>> present = new AtomicReference<>(Set.of());
        ann.presence().state().subscribe(state -> present.set(state.keySet()));
        ann.join().block(LIMIT);
        PhoenixSocket bobs = connected("bob");
        bobs.channel("room:p").join().block(LIMIT);
        eventually("both are there", () -> present.get().equals(Set.of("ann", "bob")));
        server.restart(Shutdown.KILLED, Duration.ofMillis(50)).block(LIMIT);
        eventually(
                "both are there again",
                () -> isJoined(ann) && server.presence("room:p").size() == 2);
        bobs.close().block(LIMIT);
        eventually("bob has gone", () -> present.get().equals(Set.of("ann")));
    }

    @Test
    void aChannelThatCrashesOrStopsIsToldApart() {
        PhoenixChannel channel = connected("ann").channel("room:c");
        channel.join().block(LIMIT);
        assertThatThrownBy(() -> channel.push("crash").block(LIMIT)).isInstanceOf(ChannelCrashedException.class);
        eventually("joined again", () -> isJoined(channel));
        assertThatThrownBy(() -> channel.push("stop").block(LIMIT)).isInstanceOf(ChannelClosedException.class);
        assertThat(channel.currentState().name()).isEqualTo("closed");
    }

    @Test
    void theApplicationMayRefuse() {
        assertThatThrownBy(() ->
                        socket(b -> b.params(Map.of("let_me", "no"))).connect().block(LIMIT))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        refused -> assertThat(refused.status()).isEqualTo(403));
    }

    @Test
    void theHundredAndFirstChannelIsOneTooMany() {
        PhoenixSocket socket = connected("ann");
        Flux.range(0, 100).flatMap(i -> socket.channel("room:" + i).join(), 100).blockLast(LIMIT);

        assertThatThrownBy(() -> socket.channel("room:100").join().block(LIMIT))
                .isInstanceOf(JoinRefusedException.class)
                .hasMessageContaining("too many channels joined");
    }

    @Test
    void aTopicThatNobodyServesIsUnmatched() {
        assertThatThrownBy(() -> connected("ann").channel("kitchen").join().block(LIMIT))
                .isInstanceOf(JoinRefusedException.class)
                .hasMessageContaining("unmatched topic");
    }

    @Test
    void version1Works() {
        PhoenixSocket socket = socket(b -> b.serializer(PhoenixSerializer.V1));
        socket.connect().block(LIMIT);
        PhoenixChannel channel = socket.channel("room:v1");
        channel.join().block(LIMIT);
        assertThat(channel.push("echo", Map.of("a", 1))
                        .block(LIMIT)
                        .response()
                        .json()
                        .text())
                .isEqualTo("{\"a\":1}");
        assertThatThrownBy(() -> channel.push("crash").block(LIMIT)).isInstanceOf(ChannelCrashedException.class);
        eventually("joined again", () -> isJoined(channel));
        channel.leave().block(LIMIT);
        assertThat(server.channels("room:v1")).isEmpty();
    }

    @Test
    void aSlowSubscriberOfOneChannelStallsNoOther() throws InterruptedException {
        PhoenixSocket socket = connected("ann");
        PhoenixChannel slow = socket.channel("room:slow");
        PhoenixChannel quick = socket.channel("room:quick");
        slow.join().block(LIMIT);
        quick.join().block(LIMIT);
        CountDownLatch blocked = new CountDownLatch(1);
        AtomicReference<Throwable> fate = new AtomicReference<>();
        slow.messages(StreamOptions.of(OverflowPolicy.ERROR).withCapacity(10))
                .subscribe(
                        message -> {
                            try {
                                blocked.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        fate::set);
        AtomicInteger heard = new AtomicInteger();
        quick.on("tick").subscribe(message -> heard.incrementAndGet());
        for (int i = 0; i < 200; i++) {
            server.broadcast("room:slow", "tick", Map.of("i", i));
            server.broadcast("room:quick", "tick", Map.of("i", i));
        }
        eventually("the quick one hears all", () -> heard.get() == 200);
        assertThat(quick.push("echo", Map.of()).block(LIMIT).isOk()).isTrue();
        blocked.countDown();
        eventually("the slow one is told", () -> fate.get() != null);
    }

    @Test
    void malformedFramesAreReportedAndNothingElseIsLost() {
        PhoenixSocket socket = connected("ann");
        PhoenixChannel channel = socket.channel("room:m");
        channel.join().block(LIMIT);
        AtomicInteger errors = new AtomicInteger();
        AtomicInteger heard = new AtomicInteger();
        socket.errors().subscribe(error -> errors.incrementAndGet());
        channel.on("tick").subscribe(message -> heard.incrementAndGet());
        server.broadcast("room:m", "tick", Map.of());
        server.faults().sendText("[null,null,\"room:m\",\"tick\"");
        server.faults().sendText("no json");
        server.broadcast("room:m", "tick", Map.of());
        eventually("both ticks", () -> heard.get() == 2);

        eventually("both errors", () -> errors.get() == (transport() == PhoenixTransport.WEBSOCKET ? 2 : errors.get()));
        assertThat(channel.push("echo", Map.of()).block(LIMIT).isOk()).isTrue();
    }

    @Test
    void credentialsAreInNoLogAndNoError() {
        String token = "token" + Secrets.MARKER;
        PhoenixSocket socket =
                socket(b -> b.params(Map.of("key", Secrets.MARKER)).authToken(token));
        socket.connect().block(LIMIT);
        PhoenixChannel channel = socket.channel("room:s", Map.of("secret", Secrets.MARKER));
        channel.join().block(LIMIT);
        server.stop(Shutdown.KILLED).block(LIMIT);
        PhoenixSocket other = socket(b -> b.authToken(token).params(Map.of("key", Secrets.MARKER)));
        assertThatThrownBy(() -> other.connect().block(LIMIT)).satisfies(Secrets::assertNoneIn);
        server.startAgain().block(LIMIT);
        eventually("joined again", () -> isJoined(channel));
    }

    @Test
    void closingLeavesNothingOnTheServer() {
        PhoenixSocket socket = connected("ann");
        socket.channel("room:x").join().block(LIMIT);
        AtomicBoolean completed = new AtomicBoolean();
        socket.messages().subscribe(message -> {}, error -> {}, () -> completed.set(true));
        socket.close().block(LIMIT);

        eventually("no socket is left", () -> server.sockets() == 0 || transport() != PhoenixTransport.WEBSOCKET);
        eventually("the stream completes", completed::get);
    }

    /** Each push is answered or failed, all channels are joined again, and presence is right. */
    @Test
    void twentyRestartsUnderFiftyChannelsWithPushesRunning() {
        PhoenixSocket socket = connected("ann");
        List<PhoenixChannel> channels = new ArrayList<>();
        List<AtomicReference<Set<String>>> present = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            PhoenixChannel channel = socket.channel("room:" + i);
            AtomicReference<Set<String>> seen = new AtomicReference<>(Set.of());
            channel.presence().state().subscribe(state -> seen.set(state.keySet()));
            present.add(seen);
            channels.add(channel);
        }
        Flux.fromIterable(channels).flatMap(PhoenixChannel::join, 50).blockLast(LIMIT);
        AtomicBoolean running = new AtomicBoolean(true);
        AtomicInteger pushed = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        Mono<Void> pushing = Flux.fromIterable(channels)
                .flatMap(
                        channel -> Mono.defer(() -> {
                                    int number = pushed.incrementAndGet();
                                    return channel.push("echo", Map.of("n", number))
                                            .doOnNext(reply -> {
                                                assertThat(reply.response()
                                                                .json()
                                                                .text())
                                                        .isEqualTo("{\"n\":" + number + "}");
                                                answered.incrementAndGet();
                                            })
                                            .onErrorResume(error -> !(error instanceof AssertionError), error -> {
                                                failed.incrementAndGet();
                                                return Mono.empty();
                                            })
                                            .delaySubscription(Duration.ofMillis(2));
                                })
                                .repeat(running::get)
                                .then(),
                        50)
                .then();
        AtomicReference<Throwable> problem = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        pushing.subscribeOn(Schedulers.parallel()).subscribe(nothing -> {}, problem::set, done::countDown);
        Set<String> causes = new TreeSet<>();
        socket.connectionEvents().subscribe(event -> {
            if (event instanceof ConnectionEvent.SessionLost lost) {
                synchronized (causes) {
                    causes.add(lost.end().status().code() + "");
                }
            }
        });
        for (int restart = 0; restart < 20; restart++) {
            int before = answered.get();
            server.restart(restart % 2 == 0 ? Shutdown.CLEAN : Shutdown.KILLED, Duration.ofMillis(10))
                    .block(LIMIT);
            eventually(
                    "all are joined again after restart " + restart,
                    () -> socket.currentState() instanceof Connected
                            && channels.stream().allMatch(PhoenixLoopbackTest::isJoined)
                            && server.channels("room:*").size() == 50);
            eventually("pushes are answered again", () -> answered.get() > before + 50);
        }
        running.set(false);
        eventually("the last push has its outcome", () -> done.getCount() == 0 || problem.get() != null);

        assertThat(problem.get()).isNull();
        assertThat(answered.get() + failed.get()).isEqualTo(pushed.get());
        assertThat(failed.get()).isPositive();
        eventually(
                "presence is right",
                () -> present.stream().allMatch(seen -> seen.get().equals(Set.of("ann"))));
        for (int i = 0; i < 50; i++) {
            assertThat(server.presence("room:" + i).keySet()).hasToString("[ann]");
        }
    }
}
