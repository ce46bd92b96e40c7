package io.agentruntime.connection;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Where a connection stands. {@link ConnectionEngine} has the table of transitions.
 *
 * <p>{@link #name()} is the protocol's own word for the state.
 */
public sealed interface ConnectionState {

    /** The state's name in lower case: {@code disconnected}, {@code connecting}, {@code connected}, ... */
    default String name() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** Nothing is open and nothing is being tried: before the first {@code connect()}, after one that failed, after {@code disconnect()}. */
    record Disconnected() implements ConnectionState {}

    /** The first attempt of a {@code connect()} is running. */
    record Connecting() implements ConnectionState {}

    /**
     * A session is open and its subscriptions are restored.
     *
     * @param session the session
     * @param since when it opened
     */
    record Connected(SessionInfo session, Instant since) implements ConnectionState {}

    /**
     * The session was lost (or, with {@code retryInitialConnect}, never came about), and the next attempt waits for its
     * delay or is running.
     *
     * @param attempt the attempt, counted from 1
     * @param delay how long it waits before it starts
     * @param cause why it is necessary
     */
    record Reconnecting(int attempt, Duration delay, Throwable cause) implements ConnectionState {}

    /**
     * Given up: the retries are used up, or the failure is one that no retry can mend. {@code connect()} starts again.
     *
     * @param cause why
     */
    record Failed(Throwable cause) implements ConnectionState {}
}
