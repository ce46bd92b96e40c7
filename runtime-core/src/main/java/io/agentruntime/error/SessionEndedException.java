package io.agentruntime.error;

import org.jspecify.annotations.Nullable;

/** A request or push was waiting for its answer when its session ended. Whether the peer acted on it is unknown. */
public final class SessionEndedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    /** @param waiting what was waiting, e.g. {@code channel.subscribe of <id>} */
    public SessionEndedException(String waiting, @Nullable Throwable cause) {
        super("The session ended before the answer came: " + waiting, cause);
    }
}
