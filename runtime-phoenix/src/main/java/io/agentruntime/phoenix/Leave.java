package io.agentruntime.phoenix;

import io.agentruntime.connection.Outcomes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/** Who waits for a channel to be left, and what they wait for. Only touched by tasks of the channel's inbox. */
final class Leave {

    private final Duration limit;
    private final Scheduler timer;
    private final Executor inbox;
    private final Runnable onLimit;
    private final List<MonoSink<Void>> callers = new ArrayList<>();
    private final Disposable.Swap clock = Disposables.swap();
    private @Nullable String ref;

    /** @param onLimit called by a task of the inbox, when the server has not confirmed a leave in time */
    Leave(SocketSettings settings, Executor inbox, Runnable onLimit) {
        this.limit = settings.leaveTimeout();
        this.timer = settings.timer();
        this.inbox = inbox;
        this.onLimit = onLimit;
    }

    void add(MonoSink<Void> caller) {
        callers.add(caller);
    }

    /** Tells the server; from now on its answer is waited for. */
    void send(Join joined) {
        ref = joined.leave();
        clock.update(timer.schedule(() -> inbox.execute(onLimit), limit.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Whether a reply is the server's answer. */
    boolean isConfirmedBy(String replyRef) {
        return replyRef.equals(ref);
    }

    /** The channel is closed, however that came about. */
    void done() {
        ref = null;
        clock.update(Disposables.disposed());
        List<MonoSink<Void>> left = List.copyOf(callers);
        callers.clear();
        left.forEach(Outcomes::complete);
    }
}
