package io.agentruntime.examples.bench.load;

import io.agentruntime.examples.bench.Report;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.Consumer;

/**
 * As fast a sender as there can be: a round is the frames of {@link Frames}, written as they are, as much at once as the
 * socket takes. Each round is reported as {@code sent}, with its count and checksum.
 */
public final class RoundSender {

    private static final int EVENTS_A_WRITE = 256;

    private final Frames frames;
    private final int messages;
    private final Consumer<ChannelHandlerContext> atEnd;
    private int sent;
    private int checksum;
    private boolean sending;

    /**
     * @param messages events of a round
     * @param atEnd called behind the last event of each round
     */
    public RoundSender(Frames frames, int messages, Consumer<ChannelHandlerContext> atEnd) {
        this.frames = frames;
        this.messages = messages;
        this.atEnd = atEnd;
        this.sent = messages;
    }

    /** Begins a round. */
    public void start(ChannelHandlerContext ctx) {
        sent = 0;
        checksum = 0;
        proceed(ctx);
    }

    /** Writes while the socket takes it; to be called when it takes more. */
    public void proceed(ChannelHandlerContext ctx) {
        if (sending || sent == messages) {
            return;
        }
        sending = true;
        while (sent < messages && ctx.channel().isWritable()) {
            int from = sent % Frames.COUNT;
            int to = Math.min(Math.min(from + EVENTS_A_WRITE, Frames.COUNT), from + messages - sent);
            for (int event = from; event < to; event++) {
                checksum = Tally.add(checksum, frames.contentHash(event));
            }
            sent += to - from;
            ctx.writeAndFlush(frames.frames(from, to), ctx.voidPromise());
        }
        sending = false;
        if (sent == messages) {
            atEnd.accept(ctx);
            Report.of("sent").with("count", sent).with("checksum", checksum).send();
        }
    }
}
