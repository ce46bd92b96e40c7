package io.agentruntime.atomemo;

import io.agentruntime.error.RuntimeClientException;

/** A file is larger than the plugin allows, or of another size than was said. */
public final class FileLimitException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final long limit;

    FileLimitException(String problem, long limit, String option) {
        super(problem + " " + limit + " bytes" + (option.isEmpty() ? "" : " (option '" + option + "')"));
        this.limit = limit;
    }

    /** The number of bytes that was exceeded or missed. */
    public long limit() {
        return limit;
    }
}
