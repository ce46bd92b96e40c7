package io.agentruntime.examples.service.cluster;

import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/**
 * Bytes on their way to a socket that may be written under a lease only. They are a {@link FileRegion} because that is what
 * Netty asks, each time, to write itself: also later, when a socket that was full has room again, of which no handler is told.
 */
final class LeasedBytes extends AbstractReferenceCounted implements FileRegion {

    /** Netty's own takes a region for a file, which needs no memory. */
    static final MessageSizeEstimator SIZES = () -> {
        MessageSizeEstimator.Handle others = DefaultMessageSizeEstimator.DEFAULT.newHandle();
        return message -> message instanceof LeasedBytes bytes ? bytes.bytes.readableBytes() : others.size(message);
    };

    private final Lease lease;
    private final ByteBuf bytes;
    private final long count;

    /** Takes over the bytes. */
    LeasedBytes(Lease lease, ByteBuf bytes) {
        this.lease = lease;
        this.bytes = bytes;
        this.count = bytes.readableBytes();
    }

    @Override
    public long transferTo(WritableByteChannel socket, long position) throws IOException {
        if (!lease.isHeld()) {
            throw new ClosedChannelException();
        }
        int written = socket.write(bytes.nioBuffer());
        bytes.skipBytes(written);
        return written;
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public long transferred() {
        return count - bytes.readableBytes();
    }

    @Deprecated
    @Override
    public long transfered() {
        return count - bytes.readableBytes();
    }

    @Override
    protected void deallocate() {
        bytes.release();
    }

    @Override
    public LeasedBytes retain() {
        super.retain();
        return this;
    }

    @Override
    public LeasedBytes retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public LeasedBytes touch() {
        return this;
    }

    @Override
    public LeasedBytes touch(Object hint) {
        bytes.touch(hint);
        return this;
    }
}
