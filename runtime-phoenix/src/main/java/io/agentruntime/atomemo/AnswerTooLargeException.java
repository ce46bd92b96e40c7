package io.agentruntime.atomemo;

import io.agentruntime.error.RuntimeClientException;

/** What a handler has answered is too large for the hub. A large answer belongs into a file: see {@link FileContext#upload}. */
public final class AnswerTooLargeException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final int size;

    AnswerTooLargeException(int size, String problem) {
        super("An answer of " + size + " bytes " + problem + "; upload a file instead");
        this.size = size;
    }

    /** How many bytes the answer has. */
    public int size() {
        return size;
    }
}
