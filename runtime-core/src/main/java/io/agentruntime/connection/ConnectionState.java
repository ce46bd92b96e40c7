package io.agentruntime.connection;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Where a connection stands.
 *
 * <table>
 * <caption>Transitions; anything else is a bug and is refused</caption>
 * <tr><th>from</th><th>to</th><th>when</th></tr>
 * <tr><td>Disconnected, Failed</td><td>Connecting</td><td>{@link ConnectionEngine#connect()}</td></tr>
 * <tr><td>Connecting</td><td>Connected</td><td>the session is open</td></tr>
 * <tr><td>Connecting</td><td>Disconnected</td><td>the attempt failed; its last caller cancelled; {@link ConnectionEngine#disconnect()}</td></tr>
 * <tr><td>Connecting</td><td>Reconnecting</td><td>the attempt failed, with {@code retryInitialConnect}</td></tr>
 * <tr><td>Connecting</td><td>Failed</td><td>the same, but no retry is left or would help</td></tr>
 * <tr><td>Connected</td><td>Reconnecting</td><td>the session was lost</td></tr>
 * <tr><td>Connected</td><td>Failed</td><td>the session was lost, and no retry is left or would help</td></tr>
 * <tr><td>Connected</td><td>Disconnected</td><td>{@link ConnectionEngine#disconnect()}</td></tr>
 * <tr><td>Reconnecting</td><td>Reconnecting</td><td>an attempt failed; the next one is set</td></tr>
 * <tr><td>Reconnecting</td><td>Connected</td><td>the session is open</td></tr>
 * <tr><td>Reconnecting</td><td>Failed</td><td>an attempt failed, and no retry is left or would help</td></tr>
 * <tr><td>Reconnecting</td><td>Disconnected</td><td>{@link ConnectionEngine#disconnect()}; the last caller cancelled before a session was ever open</td></tr>
 * <tr><td>Failed</td><td>Disconnected</td><td>{@link ConnectionEngine#disconnect()}</td></tr>
 * </table>
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
