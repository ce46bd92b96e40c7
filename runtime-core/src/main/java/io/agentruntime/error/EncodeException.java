package io.agentruntime.error;

/** A value could not be written as JSON; nothing was sent. */
public final class EncodeException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    public EncodeException(Class<?> type, Throwable cause) {
        super("Cannot write " + type.getName() + " as JSON", cause);
    }
}
