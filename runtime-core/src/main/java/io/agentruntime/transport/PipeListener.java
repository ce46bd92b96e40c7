package io.agentruntime.transport;

import io.netty.buffer.ByteBuf;

/**
 * Receives what a {@link Pipe} reads, one call at a time, in order, on the pipe's own thread; it must not block. It is
 * given before the pipe opens, so that nothing sent right at opening is lost.
 *
 * <p>What a method throws is logged and reported nowhere else: it ends neither the pipe nor later calls.
 */
public interface PipeListener {

    /**
     * A whole text message, UTF-8 as it came (not validated). The buffer is valid during the call only: copy, decode or
     * retain.
     */
    void onText(ByteBuf payload);

    /** A whole binary message; the buffer is valid during the call only. */
    void onBinary(ByteBuf payload);

    /**
     * A sign of life that is no message: a ping (answered already), a pong, or a fragment of a message that is not
     * complete yet.
     */
    default void onPong() {}

    /**
     * Something arrived that could not become a message, and the pipe lives on: a fragmented message above the limit,
     * which was skipped.
     */
    default void onError(Throwable error) {}

    /**
     * Several messages may have arrived at once: what takes long and can be done for all of them together may wait for
     * {@link #onReadComplete()}, which follows whatever comes in between, also the end of the pipe. A pipe that does not
     * know what arrives together calls neither.
     */
    default void onReadStart() {}

    /** What had arrived is read. */
    default void onReadComplete() {}
}
