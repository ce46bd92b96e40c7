package io.agentruntime.phoenix;

import io.agentruntime.phoenix.ChannelState.Errored;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * When a channel is joined again whose session lives: after a delay that grows with each failure, until a join succeeds or
 * another session opens. Only touched by tasks of the channel's inbox.
 */
final class Rejoins {

    private final SocketSettings settings;
    private final Executor inbox;
    private final Runnable rejoin;
    private final Disposable.Swap timer = Disposables.swap();
    private int failures;
    private Duration lastDelay = Duration.ZERO;

    /** @param rejoin called by a task of the inbox, when a delay is over */
    Rejoins(SocketSettings settings, Executor inbox, Runnable rejoin) {
        this.settings = settings;
        this.inbox = inbox;
        this.rejoin = rejoin;
    }

    /** It has failed once more. Answers the state that the channel is in until the next attempt. */
    Errored schedule(Throwable cause) {
        Duration delay = settings.rejoinDelays().delay(failures, lastDelay, settings.random());
        failures++;
        lastDelay = delay;
        timer.update(settings.timer().schedule(() -> inbox.execute(rejoin), delay.toMillis(), TimeUnit.MILLISECONDS));
        return new Errored(failures, delay, cause);
    }

    /** The next attempt does not wait for its delay, or is not made at all. */
    void cancel() {
        timer.update(Disposables.disposed());
    }

    /** The delays begin anew. */
    void startOver() {
        failures = 0;
        lastDelay = Duration.ZERO;
    }
}
