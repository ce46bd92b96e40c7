package io.agentruntime.atomemo.testkit;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What has arrived of a file so far: counted, digested, and kept while it is small. */
final class Upload {

    /** The largest file whose bytes are kept. */
    static final int KEPT = 1 << 20;

    private final MessageDigest digest = FileBytes.newSha256();
    private @Nullable ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long size;

    /** Does not release it. */
    void add(ByteBuf chunk) {
        size += chunk.readableBytes();
        for (ByteBuffer part : chunk.nioBuffers()) {
            digest.update(part);
        }
        if (size > KEPT) {
            kept = null;
        } else if (kept != null) {
            byte[] bytes = new byte[chunk.readableBytes()];
            chunk.getBytes(chunk.readerIndex(), bytes);
            kept.writeBytes(bytes);
        }
    }

    long size() {
        return size;
    }

    /** Its bytes; {@code null} when they were too many to be kept. */
    @Nullable
    FileBytes bytes() {
        return kept == null ? null : FileBytes.of(kept.toByteArray());
    }

    /** The file, when all has arrived. To be called once. */
    StoredFile file(String resKey, String mimeType) {
        return new StoredFile(resKey, mimeType, size, HexFormat.of().formatHex(digest.digest()));
    }
}
