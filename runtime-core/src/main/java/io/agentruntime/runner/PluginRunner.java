package io.agentruntime.runner;

import io.agentruntime.error.Checks;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Runs a plugin as a process of its own: starts it, waits for {@code SIGTERM} or {@code SIGINT}, and stops it in good order.
 *
 * <pre>{@code
 * public static void main(String[] args) {
 *     CodeboltPlugin plugin = ...;
 *     PluginRunner.builder()
 *             .start(plugin.connect())
 *             .stop(plugin.close())
 *             .endProcess(true)
 *             .build()
 *             .run();
 * }
 * }</pre>
 *
 * <p>It handles both signals itself, by the JDK's {@code sun.misc.Signal}, because a JVM that is left to its own devices ends
 * with status 143, which a supervisor may take for a failure. Where that is not available (a run time image without {@code
 * jdk.unsupported}, {@code -Xrs}), the plugin is stopped in a shutdown hook, and the status is the JVM's. A signal that the
 * process was started without stays ignored: a shell without job control does that to {@code SIGINT} in the background.
 *
 * <p>The process is ended by nobody here unless {@link Builder#endProcess} says so.
 */
public final class PluginRunner {

    /** The status when everything went well. */
    public static final int SUCCESS = 0;

    /** The status when the plugin failed, or did not stop in time. */
    public static final int FAILURE = 1;

    private static final Logger log = LoggerFactory.getLogger(PluginRunner.class);

    private final Publisher<?> start;
    private final Publisher<?> until;
    private final Publisher<?> stop;
    private final Duration stopTimeout;
    private final boolean endProcess;
    private final Scheduler timer;

    private PluginRunner(Builder options) {
        this.start = options.start;
        this.until = options.until;
        this.stop = options.stop;
        this.stopTimeout = options.stopTimeout;
        this.endProcess = options.endProcess;
        this.timer = options.timer;
    }

    /** Starts to configure a runner. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Runs the plugin and blocks until it has stopped: for {@code main} methods, and nowhere else. With {@link
     * Builder#endProcess} the process has ended then, and this never returns.
     *
     * @return {@link #SUCCESS} or {@link #FAILURE}
     */
    public int run() {
        CountDownLatch over = new CountDownLatch(1);
        AtomicInteger status = new AtomicInteger(FAILURE);
        running().doFinally(signal -> over.countDown()).subscribe(status::set, error -> log.error("Never", error));
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (endProcess) {
            System.exit(status.get());
        }
        return status.get();
    }

    /**
     * Runs the plugin without blocking, and without ending the process. Emits {@link #SUCCESS} or {@link #FAILURE} when it has
     * stopped; never fails. Cancelling takes the signals back and stops nothing.
     */
    public Mono<Integer> running() {
        return Mono.using(this::takeSignals, this::untilStopped, ProcessSignals::close);
    }

    private Mono<Integer> untilStopped(ProcessSignals signals) {
        AtomicBoolean stopping = new AtomicBoolean();
        Mono<Void> told = signals.first().doOnTerminate(() -> stopping.set(true));
        Mono<Integer> ended = Flux.from(start)
                .then(Mono.just(SUCCESS))
                .flatMap(started -> stopping.get() // what was still being prepared is not run any more
                        ? Mono.just(SUCCESS)
                        : Mono.from(until).thenReturn(SUCCESS))
                .onErrorResume(error -> {
                    log.error("The plugin failed", error);
                    return Mono.just(FAILURE);
                });
        // Shared, so that a plugin that lives in its run goes on until it was stopped: it may have things to finish.
        return ended.publish(end -> Mono.firstWithSignal(end, told.thenReturn(SUCCESS))
                .flatMap(status -> stopped(status).doOnNext(signals::stopped)));
    }

    private Mono<Integer> stopped(int status) {
        return Flux.from(stop)
                .then(Mono.just(status))
                .timeout(stopTimeout, timer)
                .onErrorResume(error -> {
                    log.warn("The plugin did not stop in good order within {}", stopTimeout, error);
                    return Mono.just(FAILURE);
                });
    }

    private ProcessSignals takeSignals() {
        Sinks.Empty<Void> first = Sinks.empty();
        return ProcessSignals.take(first, stopTimeout, endProcess ? PluginRunner::endAtOnce : null);
    }

    /** A second signal: whoever sends it does not want to wait. */
    private static void endAtOnce(int signal) {
        Runtime.getRuntime().halt(128 + signal);
    }

    /** Configures a {@link PluginRunner}. */
    public static final class Builder {

        private Publisher<?> start = Mono.empty();
        private Publisher<?> until = Mono.never();
        private @Nullable Publisher<?> stopping;
        private Publisher<?> stop = Mono.empty();
        private Duration stopTimeout = Duration.ofSeconds(10);
        private boolean endProcess;
        private Scheduler timer = Schedulers.parallel();

        private Builder() {}

        /** Starts the plugin, which has started when this completes; its error ends the run with {@link #FAILURE}. Default: nothing. */
        public Builder start(Publisher<?> starting) {
            this.start = starting;
            return this;
        }

        /**
         * Ends the run by itself: with {@link #SUCCESS} when it completes or emits, with {@link #FAILURE} at its error.
         * Subscribed behind {@link #start}, and until the plugin has stopped. Default: never, so that only a signal does.
         */
        public Builder until(Publisher<?> ending) {
            this.until = ending;
            return this;
        }

        /** Stops the plugin in good order, until it completes. Subscribed once, however the run ends, also when the start failed. Required. */
        public Builder stop(Publisher<?> orderly) {
            this.stopping = orderly;
            return this;
        }

        /** How long stopping may take; 10 s by default. */
        public Builder stopTimeout(Duration limit) {
            this.stopTimeout = Checks.positive("stopTimeout", limit);
            return this;
        }

        /**
         * Whether {@link PluginRunner#run()} ends the process with its status, and a second signal ends it at once, with 128
         * and the signal's number. Default {@code false}: a second signal is the JVM's again.
         */
        public Builder endProcess(boolean end) {
            this.endProcess = end;
            return this;
        }

        /** Where the limit is kept; {@link Schedulers#parallel()} by default. */
        public Builder timer(Scheduler scheduler) {
            this.timer = scheduler;
            return this;
        }

        /** The runner. */
        public PluginRunner build() {
            this.stop = Checks.required("stop", stopping);
            return new PluginRunner(this);
        }
    }
}
