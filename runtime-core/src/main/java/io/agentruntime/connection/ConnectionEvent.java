package io.agentruntime.connection;

import java.time.Duration;

/** What happens on the way from one {@link ConnectionState} to the next, for those who want to know more than the state. */
public sealed interface ConnectionEvent {

    /**
     * An attempt to open a session begins.
     *
     * @param attempt 0 for the first of a {@code connect()}, then counted from 1
     */
    record AttemptStarted(int attempt) implements ConnectionEvent {}

    /**
     * An attempt failed.
     *
     * @param attempt the attempt
     * @param cause the failure
     * @param verdict what the classifier made of it
     */
    record AttemptFailed(int attempt, Throwable cause, Verdict verdict) implements ConnectionEvent {}

    /**
     * A session is open.
     *
     * @param attempt the attempt that opened it
     * @param session the session
     */
    record SessionOpened(int attempt, SessionInfo session) implements ConnectionEvent {}

    /**
     * An open session was lost.
     *
     * @param session the session
     * @param end how it ended, with the close status
     * @param lasted how long it was open
     * @param verdict what the classifier made of it
     */
    record SessionLost(SessionInfo session, SessionEnd end, Duration lasted, Verdict verdict)
            implements ConnectionEvent {}

    /**
     * The next attempt is set.
     *
     * @param attempt its number, counted from 1
     * @param delay how long it waits
     */
    record RetryScheduled(int attempt, Duration delay) implements ConnectionEvent {}
}
