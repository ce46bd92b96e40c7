package io.agentruntime.error;

import org.jspecify.annotations.Nullable;

/** Something received could not be read: malformed JSON, a wrong shape, invalid UTF-8, too deep a nesting. */
public final class DecodeException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String excerpt;

    /**
     * @param what what was being read, e.g. {@code gateway frame}
     * @param problem what is wrong with it
     * @param excerpt the beginning of the input, already bounded and printable
     */
    public DecodeException(String what, String problem, String excerpt, @Nullable Throwable cause) {
        super("Cannot read " + what + ": " + problem, cause);
        this.excerpt = excerpt;
    }

    /** The beginning of the input, bounded and printable. Not part of the message, for it may hold private text. */
    public String excerpt() {
        return excerpt;
    }
}
