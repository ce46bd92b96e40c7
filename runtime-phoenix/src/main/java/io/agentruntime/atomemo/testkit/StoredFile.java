package io.agentruntime.atomemo.testkit;

/**
 * A file in an {@link EmbeddedFileStore}.
 *
 * @param resKey what the store knows it by
 * @param mimeType its content type, as it was said at the upload
 * @param size how many bytes it has
 * @param sha256 the SHA-256 of its bytes, in lower-case hex
 */
public record StoredFile(String resKey, String mimeType, long size, String sha256) {}
