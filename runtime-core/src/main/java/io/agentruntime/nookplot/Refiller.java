package io.agentruntime.nookplot;

import io.agentruntime.connection.SerialExecutor;
import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.nookplot.MissedMessages.Progress;
import io.agentruntime.nookplot.MissedMessages.Row;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.StreamKind;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * One stream without holes: live messages go out as they come; after a loss they are held back until what was missed has
 * been fetched from the history, and then all go out in order, each once. What cannot be fetched is a gap.
 *
 * @param <T> the messages
 */
final class Refiller<T> implements Disposable {

    /** How many live messages are held back at most; beyond it the loss becomes a gap and they go out. */
    static final int MAX_HELD = 10_000;

    /** How many delivered ids are remembered at most. */
    static final int MAX_REMEMBERED = 10_000;

    /** How often a page is asked for again that could not be had for a reason that may pass. */
    private static final int RETRIES = 4;

    /** How long it waits before it asks for a page again; then twice as long each time. */
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    /** Where the history comes from. */
    @FunctionalInterface
    interface History<T> {

        /**
         * One page, newest first.
         *
         * @param before the oldest row of the page before, {@code null} for the newest page
         * @param fetched how many rows the pages before had
         */
        Mono<Page<T>> page(@Nullable Row<T> before, int fetched);
    }

    /**
     * A page of the history.
     *
     * @param rows newest first
     * @param last whether there is nothing behind it
     */
    record Page<T>(List<Row<T>> rows, boolean last) {}

    private final History<T> history;
    private final RefillPolicy policy;
    private final NookplotSettings settings;
    private final ServerClock serverClock;
    private final StreamKind counts;
    private final Consumer<Delivery<T>> out;
    private final SerialExecutor serial = new SerialExecutor();
    private final Disposable.Swap fetching = Disposables.swap();
    private volatile boolean busy;

    // From here on only touched by tasks of the executor.
    private final Map<String, Instant> remembered = new LinkedHashMap<>(); // ids by when they were delivered
    private final Map<String, T> held = new LinkedHashMap<>();
    private Instant rememberedSince = Instant.MIN;
    private @Nullable Instant lossFrom;
    private @Nullable MissedMessages<T> collecting;

    Refiller(
            History<T> history,
            RefillPolicy policy,
            NookplotSettings settings,
            ServerClock serverClock,
            StreamKind counts,
            Consumer<Delivery<T>> out) {
        this.history = history;
        this.policy = policy;
        this.settings = settings;
        this.serverClock = serverClock;
        this.counts = counts;
        this.out = out;
    }

    /** A message arrived. */
    void live(String id, T message) {
        serial.execute(() -> {
            if (remembered.containsKey(id)) {
                return; // the history was quicker
            }
            if (lossFrom == null) {
                deliver(id, message);
                return;
            }
            held.putIfAbsent(id, message);
            if (held.size() > MAX_HELD) {
                giveUp("more than " + MAX_HELD + " messages arrived before the history did");
            } else if (collecting == null) {
                start(); // it delivers again, whoever was to say so
            }
        });
    }

    /** Messages may be missing from {@code from} on, and now they arrive again. */
    void deliversAgain(Instant from) {
        serial.execute(() -> {
            if (lossFrom == null) { // otherwise the connection was lost again before the first loss was mended
                lossFrom = from;
            }
            start();
        });
    }

    /** The connection was lost: what is being fetched would be stale. */
    void connectionLost() {
        serial.execute(this::stopFetching);
    }

    /** Messages may be missing, and nobody reads them: who does so from now on begins anew. */
    void forget() {
        serial.execute(() -> {
            stopFetching();
            lossFrom = null;
            held.clear();
        });
    }

    /** Whether nothing is being fetched. */
    boolean idle() {
        return !busy;
    }

    private void stopFetching() {
        collecting = null;
        busy = false;
        fetching.update(Disposables.disposed());
    }

    private void start() {
        Instant loss = lossFrom;
        if (loss == null) {
            return;
        }
        Instant wanted = later(serverClock.toServer(loss).minus(policy.overlap()), rememberedSince);
        Instant allowed = serverClock.toServer(settings.now()).minus(policy.maxAge());
        boolean cut = allowed.isAfter(wanted);
        MissedMessages<T> missed =
                new MissedMessages<>(cut ? allowed : wanted, cut, policy.maxMessages(), remembered::containsKey);
        collecting = missed;
        busy = true;
        fetch(missed, null, 0);
    }

    private void fetch(MissedMessages<T> missed, @Nullable Row<T> before, int fetched) {
        fetching.update(history.page(before, fetched)
                .retryWhen(patience())
                .subscribe(
                        page -> serial.execute(() -> fetched(missed, page, fetched)),
                        error -> serial.execute(() -> failed(missed, error))));
    }

    private void fetched(MissedMessages<T> missed, Page<T> page, int before) {
        Instant loss = lossFrom;
        if (missed != collecting || loss == null) {
            return; // of a connection that was lost meanwhile
        }
        Progress progress = missed.add(page.rows(), page.last());
        if (progress == Progress.MORE) {
            fetch(
                    missed,
                    page.rows().get(page.rows().size() - 1),
                    before + page.rows().size());
            return;
        }
        if (progress == Progress.CUT_OFF) {
            gap(loss, later(loss, serverClock.toLocal(missed.oldest())), "more was missed than is refilled");
        }
        lossFrom = null;
        var merged = missed.mergedWith(held);
        counts.refilled(merged.size() - held.size());
        merged.forEach(message -> deliver(message.getKey(), message.getValue()));
        held.clear();
        stopFetching();
    }

    /**
     * A gateway that goes away may take a request with it before the loss of the connection is known, and then the next
     * session's refill has the history.
     */
    private Retry patience() {
        return Retry.backoff(RETRIES, FIRST_RETRY)
                .jitter(0)
                .scheduler(settings.timer())
                .filter(Refiller::mayPass)
                .onRetryExhaustedThrow((spec, last) -> last.failure());
    }

    private static boolean mayPass(Throwable error) {
        return error instanceof ConnectFailedException
                || error instanceof ConnectionLostException
                || error instanceof TimeLimitException
                || error instanceof HttpStatusException.Unavailable;
    }

    private void failed(MissedMessages<T> missed, Throwable error) {
        if (missed != collecting) {
            return;
        }
        if (UserRequests.isStopped(error)) {
            stopFetching(); // until the next session
        } else {
            giveUp("the history could not be had: " + RuntimeClientException.describe(error));
        }
    }

    private void giveUp(String reason) {
        Instant loss = lossFrom;
        if (loss == null) {
            return;
        }
        lossFrom = null;
        gap(loss, settings.now(), reason);
        held.forEach(this::deliver);
        held.clear();
        stopFetching();
    }

    private void gap(Instant from, Instant to, String reason) {
        counts.gap();
        out.accept(new Delivery.Gap<>(from, to, reason));
    }

    private void deliver(String id, T message) {
        remember(id);
        out.accept(new Delivery.Message<>(message));
    }

    /** Remembers what the next refill might find again: the overlap behind a loss that may come at any moment. */
    private void remember(String id) {
        Instant now = settings.now();
        Instant forgettable = now.minus(policy.overlap()).minus(policy.overlap());
        remembered.put(id, now);
        var oldest = remembered.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<String, Instant> first = oldest.next();
            boolean stale = first.getValue().isBefore(forgettable);
            if (!stale && remembered.size() <= MAX_REMEMBERED) {
                return;
            }
            if (!stale) { // what was delivered in its millisecond may be forgotten too
                rememberedSince = serverClock.toServer(first.getValue()).plusMillis(1);
            }
            oldest.remove();
        }
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** What was to be mended is a gap, and what was held back goes out. */
    @Override
    public void dispose() {
        serial.execute(() -> {
            giveUp("the runtime was closed before the history was here");
            fetching.dispose();
        });
    }
}
