package io.agentruntime.error;

/** A message was received and read, and nobody has a use for it: its type is unknown, or it answers nothing that was asked. */
public final class UnexpectedMessageException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String type;

    /**
     * A message for nobody.
     *
     * @param type the message's type
     * @param problem why nobody has a use for it
     */
    public UnexpectedMessageException(String type, String problem) {
        super("A message of type " + type + " was ignored: " + problem);
        this.type = type;
    }

    /** The message's type. */
    public String type() {
        return type;
    }
}
