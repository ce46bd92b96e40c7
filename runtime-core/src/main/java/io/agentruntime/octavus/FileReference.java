package io.agentruntime.octavus;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A file that the platform holds: what goes into {@code input.FILES}, and what agents offer.
 *
 * @param id the platform's id
 * @param mediaType its type, e.g. {@code image/png}
 * @param url where it can be fetched; often signed, so that whoever has it can read the file
 * @param filename its name, where it has one
 * @param size its size in bytes, where it is known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FileReference(
        String id,
        String mediaType,
        String url,
        @Nullable String filename,
        @Nullable Long size) {

    /** Without the address, for it may be signed. */
    @Override
    public String toString() {
        return "FileReference[" + id + ", " + mediaType + ", filename=" + filename + ", size=" + size + "]";
    }
}
