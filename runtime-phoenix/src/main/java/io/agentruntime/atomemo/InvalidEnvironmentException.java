package io.agentruntime.atomemo;

import io.agentruntime.error.RuntimeClientException;
import java.util.List;

/** Variables of the environment are missing or cannot work. Names all of them, and never the value of a key. */
public final class InvalidEnvironmentException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    InvalidEnvironmentException(List<String> problems) {
        super("The environment does not fit: " + String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, one entry a variable, each beginning with its name. */
    public List<String> problems() {
        return problems;
    }
}
