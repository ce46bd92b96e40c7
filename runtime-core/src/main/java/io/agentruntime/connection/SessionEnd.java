package io.agentruntime.connection;

import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.RuntimeClientException;
import org.jspecify.annotations.Nullable;

/**
 * How a session, or its pipe, came to its end.
 *
 * @param initiator who ended it
 * @param status the close status; {@link CloseStatus#ABNORMAL} when no close frame was exchanged
 * @param cause what went wrong, or {@code null} when it was closed in good order
 */
public record SessionEnd(
        Initiator initiator, CloseStatus status, @Nullable Throwable cause) {

    /** Who ended a session. */
    public enum Initiator {
        /** This side asked for it. */
        LOCAL,
        /** The peer sent a close frame. */
        REMOTE,
        /** Nobody asked: the connection broke, or fell silent. */
        NONE
    }

    /** This side closed it. */
    public static SessionEnd local(int code, String reason) {
        return new SessionEnd(Initiator.LOCAL, new CloseStatus(code, reason), null);
    }

    /** The peer closed it with a close frame. */
    public static SessionEnd remote(int code, String reason) {
        return new SessionEnd(Initiator.REMOTE, new CloseStatus(code, reason), null);
    }

    /** It broke, or was given up, because of {@code cause}. */
    public static SessionEnd broken(@Nullable Throwable cause) {
        return new SessionEnd(Initiator.NONE, CloseStatus.abnormal(), cause);
    }

    /** This end as the error that whoever waited on the session gets: its own cause when that is one of ours already. */
    public RuntimeClientException toError() {
        return cause instanceof RuntimeClientException known
                ? known
                : new ConnectionLostException(status.code(), status.reason(), cause);
    }
}
