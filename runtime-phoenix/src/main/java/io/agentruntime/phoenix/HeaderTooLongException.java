package io.agentruntime.phoenix;

import io.agentruntime.error.RuntimeClientException;

/** A binary frame has one byte for the length of each field of its header; this field is longer. Nothing was sent. */
public final class HeaderTooLongException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String field;
    private final int bytes;

    HeaderTooLongException(String field, int bytes) {
        super("The " + field + " of a binary push has " + bytes + " bytes in UTF-8, at most 255 fit; nothing was sent");
        this.field = field;
        this.bytes = bytes;
    }

    /** The field: {@code topic} or {@code event}. */
    public String field() {
        return field;
    }

    /** Its length in bytes. */
    public int bytes() {
        return bytes;
    }
}
