package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.error.LivenessTimeoutException;
import io.agentruntime.testkit.EmbeddedGatewayBuilder;
import io.agentruntime.testkit.RecordedFrame;
import io.netty.channel.ChannelOption;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Heartbeats and signs of life over real sockets. */
class LivenessLoopbackTest extends LoopbackScenario {

    private static final Duration LIVENESS = Duration.ofSeconds(90);

    /** Small against what is sent, so that the queue is what fills up; large enough for the segments of a loopback device. */
    private static final int KERNEL_BUFFER = 512 * 1024;

    @Override
    EmbeddedGatewayBuilder gatewayOptions(EmbeddedGatewayBuilder options) {
        return options.recordLimit(200_000);
    }

    /** The sockets are real, the time is virtual: nothing is silent for too long unless a test makes it so. */
    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

    private NookplotRuntime connectedInVirtualTime() {
        return connected(options -> options.timer(time)
                .autoSubscribe(false)
                .sessionCheckInterval(Duration.ZERO)
                .handshakeTimeout(Duration.ofSeconds(1))
                .livenessTimeout(LIVENESS));
    }

    /** Lets time pass until the runtime has come so far, however long its sockets take. */
    private void passUntil(String what, BooleanSupplier reached) {
        eventually(what, () -> {
            time.advanceTimeBy(RETRY);
            return reached.getAsBoolean();
        });
    }

    /** What was under way when the silence began is a sign of life yet. */
    private void passSilence(NookplotRuntime runtime) {
        ConnectionState connected = runtime.currentState();
        eventually("the silence is found", () -> {
            time.advanceTimeBy(LIVENESS);
            return runtime.currentState() != connected;
        });
    }

    @Test
    void halfOpenLinkIsTriedUntilItIsWholeAgain() {
        NookplotRuntime runtime = connectedInVirtualTime();

        StepVerifier.create(runtime.state())
                .expectNextMatches(Connected.class::isInstance)
                .then(() -> gateway.faults().halfOpen(true))
                .then(() -> passSilence(runtime))
                .assertNext(state ->
                        assertThat(((Reconnecting) state).cause()).isInstanceOf(LivenessTimeoutException.class))
                // A new socket is dead as well: the welcome does not come.
                .then(() -> passUntil(
                        "that attempt has failed",
                        () -> runtime.currentState() instanceof Reconnecting retry && retry.attempt() > 1))
                .assertNext(
                        state -> assertThat(((Reconnecting) state).attempt()).isEqualTo(2))
                .then(() -> gateway.faults().halfOpen(false))
                .then(() -> passUntil("connected", () -> runtime.currentState() instanceof Connected))
                .thenConsumeWhile(Reconnecting.class::isInstance)
                .expectNextMatches(Connected.class::isInstance)
                .thenCancel()
                .verify(LIMIT);
        eventually("the dead sockets are gone", () -> gateway.sockets() == 1);
    }

    @Test
    void unansweredPingsAreSilenceToo() {
        NookplotRuntime runtime = connectedInVirtualTime();

        StepVerifier.create(runtime.state())
                .expectNextMatches(Connected.class::isInstance)
                .then(() -> gateway.faults().stopAnsweringPings(true))
                .then(() -> passSilence(runtime))
                .assertNext(state ->
                        assertThat(((Reconnecting) state).cause()).isInstanceOf(LivenessTimeoutException.class))
                .then(() -> gateway.faults().stopAnsweringPings(false))
                .then(() -> passUntil("connected", () -> runtime.currentState() instanceof Connected))
                .thenConsumeWhile(Reconnecting.class::isInstance)
                .expectNextMatches(Connected.class::isInstance)
                .thenCancel()
                .verify(LIMIT);
    }

    @Test
    void anyFrameIsASignOfLife() {
        NookplotRuntime runtime = connectedInVirtualTime();
        gateway.faults().stopAnsweringPings(true);
        String session = sessionId(runtime.currentState());
        List<String> heard = synchronizedList();
        runtime.events().type("tick").map(GatewayEvent::type).subscribe(heard::add);

        // Nothing but events shows that the gateway is there, each at the last moment.
        for (int tick = 1; tick <= 4; tick++) {
            int ticks = tick;
            time.advanceTimeBy(LIVENESS.minusMillis(1));
            gateway.push(alice, "tick");
            eventually("the event is here", () -> heard.size() == ticks);
        }

        assertThat(sessionId(runtime.currentState())).isEqualTo(session);
    }

    /**
     * The gateway does not read, so 100,000 messages wait in the queue when heartbeats become due. Time is virtual, the
     * sockets are real. Netty's leak detector, set to its slowest, would take most of the test's time.
     */
    @Test
    void heartbeatsOvertakeAHundredThousandQueuedSends() {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
        LoopResources loops = LoopResources.create("sending", 1, true);
        try {
            overtakeAHundredThousandQueuedSends(loops);
        } finally {
            ResourceLeakDetector.setLevel(level);
            closeAll();
            loops.disposeLater(Duration.ZERO, LIMIT).block(LIMIT);
        }
    }

    private void overtakeAHundredThousandQueuedSends(LoopResources loops) {
        int total = 105_000;
        int queued = 100_000;
        int beats = 5;
        Duration interval = Duration.ofSeconds(30);
        NookplotRuntime runtime = connected(options -> options.timer(time)
                .heartbeatInterval(interval)
                .livenessTimeout(interval.multipliedBy(2L * beats))
                .sessionCheckInterval(Duration.ZERO)
                .net(net -> net.loopResources(loops)
                        .customizer(client -> client.option(ChannelOption.SO_SNDBUF, KERNEL_BUFFER)))
                .webSocket(socket -> socket.maxQueuedBytes(1L << 30)));
        gateway.faults().halfOpen(true);

        String padding = "x".repeat(300);
        AtomicInteger handedOver = new AtomicInteger();
        for (int n = 0; n < total; n++) {
            runtime.connection()
                    .sendWs(Map.of("type", "load", "n", n, "padding", padding))
                    .subscribe(nothing -> {}, error -> {}, handedOver::incrementAndGet);
        }
        awaitStandstill(handedOver, Schedulers.fromExecutor(loops.onClient(true)));
        int before = handedOver.get();
        assertThat(total - before).as("messages in the queue").isGreaterThanOrEqualTo(queued);

        time.advanceTimeBy(interval.multipliedBy(beats));
        gateway.faults().halfOpen(false);
        eventually("everything is sent", () -> handedOver.get() == total);

        List<RecordedFrame> frames = gateway.frameStream()
                .filter(frame -> frame.kind() == RecordedFrame.Kind.TEXT)
                .takeUntil(frame -> !isHeartbeat(frame) && number(frame) == total - 1)
                .collectList()
                .block(LIMIT);
        List<Integer> places = IntStream.range(0, frames.size())
                .filter(place -> isHeartbeat(frames.get(place)))
                .boxed()
                .toList();
        // All in a row, and behind them the first message that had not been handed to the socket before.
        assertThat(places).hasSize(beats);
        int next = places.get(beats - 1) + 1;
        assertThat(next - places.get(0)).isEqualTo(beats);
        assertThat(number(frames.get(next))).isEqualTo(before);
        // The gateway may have swallowed some at the moment at which it stopped reading; after that none is missing.
        List<Integer> numbers = frames.stream()
                .filter(frame -> !isHeartbeat(frame))
                .map(LivenessLoopbackTest::number)
                .toList();
        assertThat(numbers).hasSizeGreaterThanOrEqualTo(queued);
        assertThat(numbers)
                .isEqualTo(IntStream.range(numbers.get(0), total).boxed().toList());
        assertThat(runtime.currentState()).isInstanceOf(Connected.class);
    }

    private static int number(RecordedFrame frame) {
        int from = frame.text().indexOf("\"n\":") + 4;
        int to = from;
        while (Character.isDigit(frame.text().charAt(to))) {
            to++;
        }
        return Integer.parseInt(frame.text(), from, to, 10);
    }

    /** Until a number has not changed for a while in which its thread was there to change it: the socket takes nothing more. */
    private static void awaitStandstill(AtomicInteger number, Scheduler thread) {
        Flux.interval(Duration.ofMillis(50))
                .onBackpressureDrop()
                .concatMap(tick -> Mono.fromCallable(number::get).subscribeOn(thread), 0)
                .buffer(6, 1)
                .filter(seen -> seen.stream().distinct().count() == 1)
                .blockFirst(LIMIT);
    }
}
