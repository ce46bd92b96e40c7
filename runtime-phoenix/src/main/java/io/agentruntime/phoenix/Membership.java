package io.agentruntime.phoenix;

import org.jspecify.annotations.Nullable;

/**
 * What the server may have of a topic: the channel's present join and, until that was sent, the join of the channel that had
 * the topic before, which it replaces. Only touched by tasks of the channel's inbox.
 */
final class Membership {

    private @Nullable Join join;
    private @Nullable Join inherited;

    /** The present join; {@code null} while there is none. */
    @Nullable
    Join join() {
        return join;
    }

    boolean isOver(PhoenixSession session) {
        return join != null && join.session == session;
    }

    void begin(Join started) {
        join = started;
    }

    /** The present join is given up. */
    void abandon() {
        if (join != null) {
            join.abandon();
        }
    }

    /** The present join is over. Whoever hears of it afterwards finds another, or none. */
    @Nullable
    Join end() {
        Join ended = join;
        if (ended != null) {
            join = null;
            ended.settle();
            if (ended.wasSent()) {
                inherited = null;
            }
        }
        return ended;
    }

    // ---- The channel that had the topic before

    void inherit(Join last) {
        inherited = last;
    }

    /** For the channel that takes the topic now: what the server has of it. */
    @Nullable
    Join handOver() {
        Join last = join != null && join.wasSent() ? join : inherited;
        inherited = null;
        return last;
    }

    /**
     * Whether a message is about the end of the channel that had the topic before. In version 1 nothing names it: then it is what
     * comes before the answer to the present join, or the first {@code phx_close} after it.
     */
    boolean endsInherited(PhoenixSession from, PhoenixMessage message, boolean joined) {
        boolean ends = inherited != null
                && inherited.owns(from, message)
                && (message.event().equals(PhoenixMessage.CLOSE)
                        || (message.event().equals(PhoenixMessage.ERROR) && !joined));
        if (ends) {
            inherited = null;
        }
        return ends;
    }

    /** The topic is given up: what no join of this channel has replaced is left in its place. */
    void release() {
        if (inherited != null) {
            inherited.abandon();
            inherited = null;
        }
    }

    /** Nothing is left on the server of what was joined over a session that has ended. */
    void sessionEnded() {
        inherited = null;
    }
}
