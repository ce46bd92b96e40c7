package io.agentruntime.atomemo.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import reactor.core.publisher.Flux;

/**
 * The bytes of a file: a block, as often as it takes to fill the size. So a file may be larger than the memory.
 *
 * @param block what is repeated
 * @param size how many bytes there are
 */
record FileBytes(byte[] block, long size) {

    private static final int BLOCK = 64 * 1024;

    static FileBytes of(byte[] content) {
        return new FileBytes(content, content.length);
    }

    /** Some bytes, the same for the same seed. */
    static FileBytes madeUp(long size, long seed) {
        byte[] block = new byte[(int) Math.min(size, BLOCK)];
        new Random(seed).nextBytes(block);
        return new FileBytes(block, size);
    }

    /** The first of them, block by block, as they are asked for. */
    Flux<ByteBuf> first(long count) {
        return Flux.generate(() -> 0L, (sent, sink) -> {
            int next = (int) Math.min(block.length, count - sent);
            if (next == 0) {
                sink.complete();
            } else {
                sink.next(Unpooled.wrappedBuffer(block, 0, next));
            }
            return sent + next;
        });
    }

    String sha256() {
        MessageDigest digest = newSha256();
        for (long left = size; left > 0; left -= block.length) {
            digest.update(block, 0, (int) Math.min(block.length, left));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
