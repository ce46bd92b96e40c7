package io.agentruntime.octavus;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Schedulers;

/**
 * A file to upload.
 *
 * @param filename its name
 * @param mediaType its type, e.g. {@code image/png}
 * @param size its size in bytes
 * @param content its bytes, subscribed when its turn has come; the buffers are released by who reads them
 */
public record UploadFile(String filename, String mediaType, long size, Flux<ByteBuf> content) {

    private static final int CHUNK = 16 * 1024;

    public UploadFile {
        Checks.atLeast("size", size, 0);
    }

    /**
     * A file on disk, read piece by piece off the event loop. Asks for its size now.
     *
     * @throws InvalidOptionException when there is no such file
     */
    public static UploadFile of(Path path, String mediaType) {
        try {
            return new UploadFile(path.getFileName().toString(), mediaType, Files.size(path), read(path));
        } catch (IOException e) {
            throw new InvalidOptionException("path", path, "must be a readable file");
        }
    }

    private static Flux<ByteBuf> read(Path path) {
        return Flux.using(
                        () -> FileChannel.open(path),
                        channel -> Flux.<ByteBuf>generate(sink -> next(channel, sink)),
                        UploadFile::close)
                .subscribeOn(Schedulers.boundedElastic(), true);
    }

    private static void next(FileChannel channel, SynchronousSink<ByteBuf> sink) {
        ByteBuf chunk = ByteBufAllocator.DEFAULT.buffer(CHUNK);
        try {
            if (chunk.writeBytes(channel, channel.position(), CHUNK) > 0) {
                channel.position(channel.position() + chunk.readableBytes());
                sink.next(chunk);
                return;
            }
            sink.complete();
        } catch (IOException e) {
            sink.error(e);
        }
        chunk.release();
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It was read only; there is nothing to lose.
        }
    }

    /** Without its content. */
    @Override
    public String toString() {
        return "UploadFile[" + filename + ", " + mediaType + ", " + size + " bytes]";
    }
}
