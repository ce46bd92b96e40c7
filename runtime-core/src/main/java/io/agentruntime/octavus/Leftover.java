package io.agentruntime.octavus;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What turns that were given up have left on a socket: nothing on the wire says whose an event is.
 *
 * @param session the socket
 * @param unstarted whether a turn was given up before anything of it came, so that its {@code start} may still come
 * @param draining whether a turn was given up after it had begun, so that more of it may still come
 * @param start how that turn began, where it said so
 * @param told whether the server has been told to stop
 */
record Leftover(
        @Nullable OctavusSession session,
        boolean unstarted,
        boolean draining,
        StreamEvent.@Nullable Start start,
        boolean told) {

    static final Leftover NONE = new Leftover(null, false, false, null, true);

    /** What a turn leaves that is given up now, on top of this. */
    Leftover plus(Turn turn) {
        if (turn.phase == Turn.Phase.DRAINING) {
            return new Leftover(turn.session, true, draining, start, false);
        }
        return new Leftover(turn.session, !turn.begun, turn.begun, turn.start, false);
    }

    /** After an event that is not one of a running turn's. */
    Leftover after(StreamEvent event) {
        boolean ends = event instanceof StreamEvent.Finish || event instanceof StreamEvent.ErrorEvent;
        if (draining) {
            if (ends) {
                return new Leftover(session, unstarted, false, null, told);
            }
            boolean another = unstarted && event instanceof StreamEvent.Start next && !isFrom(next);
            return another ? new Leftover(session, false, true, (StreamEvent.Start) event, told) : this;
        }
        if (ends) {
            return new Leftover(session, false, false, null, told);
        }
        return new Leftover(session, false, true, event instanceof StreamEvent.Start first ? first : null, told);
    }

    /** The start that was waited for has not come in time: what comes up to the next one is taken for old. */
    Leftover givenUp() {
        return new Leftover(session, false, true, start, told);
    }

    Leftover asTold() {
        return new Leftover(session, unstarted, draining, start, true);
    }

    boolean isOn(OctavusSession other) {
        return session == other && (unstarted || draining);
    }

    /** Whether a {@code start} is another one of the turn that is being drained, and not of the next. */
    boolean isFrom(StreamEvent.Start next) {
        StreamEvent.Start known = start;
        if (known == null) {
            return false;
        }
        if (known.executionId() != null && next.executionId() != null) {
            return known.executionId().equals(next.executionId());
        }
        return known.messageId() != null && Objects.equals(known.messageId(), next.messageId());
    }
}
