package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.testkit.EmbeddedGatewayBuilder;
import io.agentruntime.testkit.GatewayChannel;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A hundred runtimes come and go, and afterwards there is nothing that was not there before. Buffers are watched over by
 * the leak guard of the test run, which looks at each of them.
 */
class NothingLeftLoopbackTest extends LoopbackScenario {

    private static final int RUNTIMES = 100;
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    private final CountingTimer timer = new CountingTimer();

    @Override
    EmbeddedGatewayBuilder gatewayOptions(EmbeddedGatewayBuilder options) {
        return options.recordLimit(100);
    }

    @Test
    void hundredRuntimesLeaveNothingBehind() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        // Event loops, schedulers and classes are loaded by need and stay.
        for (int i = 0; i < 10; i++) {
            live(lobby, i);
        }
        awaitQuiet();
        Map<String, Long> threadsBefore = threads();
        long socketsBefore = openSockets();

        List<WeakReference<NookplotRuntime>> gone = new ArrayList<>();
        for (int i = 0; i < RUNTIMES; i++) {
            gone.add(live(lobby, i));
        }

        awaitQuiet();
        eventually("no socket more than before, " + socketsBefore, () -> openSockets() <= socketsBefore);
        eventually(
                "no thread more than before, " + threadsBefore,
                () -> threadsBefore.keySet().containsAll(threads().keySet()));
        assertThat(threads())
                .allSatisfy((name, count) -> assertThat(count).as(name).isLessThanOrEqualTo(threadsBefore.get(name)));
        assertThat(timer.started.get()).isGreaterThan(RUNTIMES);
        assertThat(timer.pending).isEmpty();
        // Whatever timer, pool or thread still knew a runtime would keep it.
        eventually("nobody knows one of them any more", () -> {
            System.gc();
            return gone.stream().allMatch(runtime -> runtime.refersTo(null));
        });
    }

    /** Connects, hears and says something, and goes in one of several ways. */
    private WeakReference<NookplotRuntime> live(GatewayChannel lobby, int number) {
        NookplotRuntime runtime = gateway.runtime(alice)
                .timer(timer)
                .backgroundPause(Duration.ZERO)
                .reconnect(retry -> retry.strategy(retryAfterMillis(LONG.toMillis())))
                .build();
        Mono<ChannelMessage> heard =
                runtime.channels().messages(lobby.id()).next().cache();
        heard.subscribe();
        runtime.events().all().subscribe();
        runtime.state().subscribe();
        runtime.connect().block(LIMIT);
        runtime.channels().subscribe(lobby.id()).block(LIMIT);
        gateway.post(bob, lobby, "hello");
        assertThat(heard.block(LIMIT).content()).isEqualTo("hello");
        runtime.connection().sendWs(Map.of("type", "hello")).block(LIMIT);
        switch (number % 4) {
            case 0 -> runtime.disconnect().block(LIMIT);
            case 1 -> gateway.faults().dropSockets(alice);
            case 2 -> runtime.getStatus().subscribe(status -> {}, error -> {});
            default -> {
                // Closed while it is connected.
            }
        }
        runtime.close().block(LIMIT);
        return new WeakReference<>(runtime);
    }

    private void awaitQuiet() {
        eventually("no socket is open at the gateway", () -> gateway.sockets() == 0);
        eventually("no timer is set: " + timer, () -> timer.pending.isEmpty());
        assertThat(gateway.session(alice)).isEmpty();
    }

    /** Threads by name without numbers, but for those that come and go with the schedulers that all share. */
    private static Map<String, Long> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(thread -> thread.getName().replaceAll("\\d+", "#"))
                .filter(name -> !name.startsWith("boundedElastic"))
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
    }

    /** Those of this process, where the system tells. */
    private static long openSockets() {
        if (!Files.isDirectory(OPEN_FILES)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(OPEN_FILES)) {
            return files.filter(NothingLeftLoopbackTest::isSocket).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isSocket(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed in the meantime
        }
    }

    /** The shared timer of runtimes, which knows what has been set and has neither run nor been cancelled. */
    private static final class CountingTimer implements Scheduler {

        final Set<Disposable> pending = ConcurrentHashMap.newKeySet();
        final AtomicInteger started = new AtomicInteger();
        private final Scheduler actual = Schedulers.parallel();

        private Disposable track(boolean once, Runnable task, Function<Runnable, Disposable> set) {
            started.incrementAndGet();
            Disposable.Swap inner = Disposables.swap();
            Disposable entry = new Disposable() {
                @Override
                public void dispose() {
                    inner.dispose();
                    pending.remove(this);
                }

                @Override
                public boolean isDisposed() {
                    return inner.isDisposed();
                }
            };
            pending.add(entry);
            try {
                inner.update(set.apply(() -> {
                    if (once) {
                        pending.remove(entry);
                    }
                    task.run();
                }));
            } catch (RejectedExecutionException disposed) { // nothing was set
                pending.remove(entry);
                throw disposed;
            }
            return entry;
        }

        @Override
        public Disposable schedule(Runnable task) {
            return track(true, task, actual::schedule);
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            return track(true, task, tracked -> actual.schedule(tracked, delay, unit));
        }

        @Override
        public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
            return track(false, task, tracked -> actual.schedulePeriodically(tracked, initialDelay, period, unit));
        }

        @Override
        public Worker createWorker() {
            Worker worker = actual.createWorker();
            return new Worker() {
                private final Disposable.Composite own = Disposables.composite();

                private Disposable owned(Disposable task) {
                    own.add(task);
                    return task;
                }

                @Override
                public Disposable schedule(Runnable task) {
                    return owned(track(true, task, worker::schedule));
                }

                @Override
                public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
                    return owned(track(true, task, tracked -> worker.schedule(tracked, delay, unit)));
                }

                @Override
                public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
                    return owned(track(
                            false, task, tracked -> worker.schedulePeriodically(tracked, initialDelay, period, unit)));
                }

                @Override
                public void dispose() {
                    own.dispose();
                    worker.dispose();
                }
            };
        }

        @Override
        public long now(TimeUnit unit) {
            return actual.now(unit);
        }

        @Override
        public void dispose() {
            // Shared.
        }

        @Override
        public String toString() {
            return pending.size() + " pending";
        }
    }
}
