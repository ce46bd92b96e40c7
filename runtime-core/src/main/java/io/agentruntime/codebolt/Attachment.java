package io.agentruntime.codebolt;

import org.jspecify.annotations.Nullable;

/**
 * Something that comes with a reply.
 *
 * @param type {@code image} or {@code file}; others are passed on as they came
 * @param url where it is
 * @param name its file name
 * @param mimeType its media type
 */
public record Attachment(
        String type,
        String url,
        @Nullable String name,
        @Nullable String mimeType) {

    /** Whether it is a picture to show, and not a file to offer. */
    public boolean isImage() {
        return type.equals("image");
    }
}
