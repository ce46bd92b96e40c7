package io.agentruntime.phoenix;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a channel stands.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>from</th><th>to</th><th>when</th></tr>
 * <tr><td>Closed</td><td>Joining</td><td>{@code join()}; sent as soon as there is a session</td></tr>
 * <tr><td>Joining</td><td>Joined</td><td>the server answers {@code ok}; what was pushed meanwhile goes out</td></tr>
 * <tr><td>Joining</td><td>Closed</td><td>the server refuses the first join, or its params cannot be had; its last caller cancels</td></tr>
 * <tr><td>Joining</td><td>Errored</td><td>a later join is refused; the join crashes; it takes too long (then {@code phx_leave} is
 *     sent); the session ends</td></tr>
 * <tr><td>Joined</td><td>Errored</td><td>{@code phx_error}; the session ends. What was sent has no reply to hope for</td></tr>
 * <tr><td>Errored</td><td>Joining</td><td>its delay is over; a session opens</td></tr>
 * <tr><td>Errored</td><td>Errored</td><td>the session ends; the connection is given up</td></tr>
 * <tr><td>Joined</td><td>Leaving</td><td>{@code leave()}</td></tr>
 * <tr><td>Joining, Errored</td><td>Closed</td><td>{@code leave()}: there is nothing to wait for</td></tr>
 * <tr><td>Leaving</td><td>Closed</td><td>the server confirms; it takes too long; the session ends; the channel crashes</td></tr>
 * <tr><td>Joining, Joined</td><td>Closed</td><td>{@code phx_close}</td></tr>
 * <tr><td>any</td><td>Closed</td><td>another channel joins the topic; the socket is closed</td></tr>
 * </table>
 */
public sealed interface ChannelState {

    /** The state's name in lower case: {@code closed}, {@code joining}, {@code joined}, {@code errored}, {@code leaving}. */
    default String name() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** Why a channel is closed. */
    enum CloseReason {
        /** Nobody has joined it yet. */
        NEW("is not joined"),
        /** This side left it. */
        LEFT("was left"),
        /** The server closed it. */
        CLOSED_BY_SERVER("was closed by the server"),
        /** Its first join was refused, or could not be made. */
        REFUSED("could not be joined"),
        /** Another channel object of the same socket has joined its topic. */
        REPLACED("was replaced by another join of its topic"),
        /** The socket was closed for good. */
        SOCKET_CLOSED("was closed with its socket");

        private final String text;

        CloseReason(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /**
     * Nobody wants it.
     *
     * @param reason why
     * @param cause the error behind it, where there is one
     */
    record Closed(CloseReason reason, @Nullable Throwable cause) implements ChannelState {}

    /** Wanted, and being joined, or waiting for the socket's first session. */
    record Joining() implements ChannelState {}

    /**
     * Joined.
     *
     * @param reply the server's answer to the join
     */
    record Joined(JoinReply reply) implements ChannelState {}

    /**
     * Wanted, and not joined because of {@code cause}. It is joined again by itself.
     *
     * @param attempt which attempt comes next, counted from 1
     * @param delay how long that waits; zero when it waits for the socket to be connected
     * @param cause why it is necessary
     */
    record Errored(int attempt, Duration delay, Throwable cause) implements ChannelState {}

    /** This side is leaving; the server has not confirmed it yet. */
    record Leaving() implements ChannelState {}
}
