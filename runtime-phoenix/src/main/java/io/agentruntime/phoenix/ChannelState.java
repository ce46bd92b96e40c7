package io.agentruntime.phoenix;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a channel stands.
 *
 * <p>{@code join()} leads from {@code Closed} to {@code Joining}, and that to {@code Joined}. A crash, a join that takes too
 * long and the end of the session lead to {@code Errored}, from where the channel is joined again by itself. {@code leave()}
 * leads to {@code Closed}, by way of {@code Leaving} where the server has something to confirm.
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
