package io.agentruntime.error;

/**
 * The runtime did not sign what the gateway asked it to sign, because it is not what the agent can have asked for. Nothing
 * was signed and nothing relayed.
 */
public final class SigningRefusedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String field;

    /**
     * @param field the part of the gateway's answer that is wrong, e.g. {@code forwardRequest.value}
     * @param rule what it must be, e.g. {@code must be "0"}
     * @param value what it is, bounded and printable
     */
    public SigningRefusedException(String field, String rule, String value) {
        super("The gateway's transaction was not signed: " + field + " " + rule + ", but was " + value);
        this.field = field;
    }

    /** The part of the gateway's answer that is wrong, e.g. {@code forwardRequest.value}. */
    public String field() {
        return field;
    }
}
