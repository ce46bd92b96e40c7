package io.agentruntime.error;

import org.jspecify.annotations.Nullable;

/** An option of a builder has a value that cannot work. Thrown by the builder itself, before anything is opened. */
public final class InvalidOptionException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String option;
    private final String problem;

    /**
     * @param option the option's name as written in the builder, e.g. {@code reconnect.maxRetries}
     * @param value the rejected value; never pass a secret, describe it instead
     * @param rule what the value must be, e.g. {@code must not be negative}
     */
    public InvalidOptionException(String option, @Nullable Object value, String rule) {
        super("Option '" + option + "' " + rule + ", but was: " + value);
        this.option = option;
        this.problem = rule + ", but was: " + value;
    }

    /** The name of the option, as written in the builder. */
    public String option() {
        return option;
    }

    /** What is wrong with it: the rule and the value, without the option's name. */
    public String problem() {
        return problem;
    }
}
