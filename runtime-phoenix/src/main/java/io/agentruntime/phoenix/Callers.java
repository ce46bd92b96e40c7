package io.agentruntime.phoenix;

import io.agentruntime.connection.Outcomes;
import io.agentruntime.error.TimeLimitException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import reactor.core.Disposable;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/** Who waits for a channel to be joined, each with a limit of its own. Only touched by tasks of the channel's inbox. */
final class Callers {

    private final List<MonoSink<JoinReply>> waiting = new ArrayList<>();
    private final String topic;
    private final Duration limit;
    private final Scheduler timer;
    private final Executor inbox;
    private final Runnable onLastCancelled;

    /** @param onLastCancelled called when a caller has cancelled and nobody else waits */
    Callers(String topic, SocketSettings settings, Executor inbox, Runnable onLastCancelled) {
        this.topic = topic;
        this.limit = settings.joinTimeout();
        this.timer = settings.timer();
        this.inbox = inbox;
        this.onLastCancelled = onLastCancelled;
    }

    /** What a caller gets whose limit has passed. */
    TimeLimitException tooLate() {
        return new TimeLimitException("join of " + topic, limit);
    }

    void add(MonoSink<JoinReply> sink) {
        waiting.add(sink);
        Disposable clock =
                timer.schedule(() -> inbox.execute(() -> onLimit(sink)), limit.toMillis(), TimeUnit.MILLISECONDS);
        sink.onDispose(clock);
        sink.onCancel(() -> inbox.execute(() -> onCancelled(sink)));
    }

    private void onLimit(MonoSink<JoinReply> sink) {
        if (waiting.remove(sink)) {
            Outcomes.fail(sink, tooLate());
        }
    }

    private void onCancelled(MonoSink<JoinReply> sink) {
        if (waiting.remove(sink) && waiting.isEmpty()) {
            onLastCancelled.run();
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void succeed(JoinReply reply) {
        each(sink -> Outcomes.succeed(sink, reply));
    }

    void fail(Throwable error) {
        each(sink -> Outcomes.fail(sink, error));
    }

    private void each(Consumer<MonoSink<JoinReply>> outcome) {
        List<MonoSink<JoinReply>> taken = List.copyOf(waiting);
        waiting.clear();
        taken.forEach(outcome);
    }
}
