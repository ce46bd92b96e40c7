package io.agentruntime.codebolt;

import io.agentruntime.error.DecodeException;
import org.jspecify.annotations.Nullable;

/** What every message that is read has to be checked for. */
final class Reading {

    private Reading() {}

    static <T> T present(String what, String field, @Nullable T value) {
        if (value == null) {
            throw missing(what, field);
        }
        return value;
    }

    static DecodeException missing(String what, String field) {
        return new DecodeException(what, "field '" + field + "' is missing", "", null);
    }
}
