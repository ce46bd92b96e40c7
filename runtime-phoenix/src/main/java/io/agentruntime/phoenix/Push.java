package io.agentruntime.phoenix;

import io.agentruntime.connection.Outcomes;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;

/** One push, from the call to its outcome. Only touched by tasks of the channel's inbox. */
final class Push {

    final String event;
    final Duration limit;

    /** When the limit has passed, on the timer's clock of nanoseconds. */
    final long deadline;

    private final Object payload;
    private final boolean replied;
    private final MonoSink<Reply> sink;

    /** Its reference, once it was sent. */
    @Nullable
    String ref;

    /** @param replied whether it waits for the server's reply, and not only for the socket */
    Push(String event, Object payload, boolean replied, Duration limit, long now, MonoSink<Reply> sink) {
        this.event = event;
        // The caller may release a buffer as soon as the call was made.
        this.payload = payload instanceof ByteBuf buffer ? buffer.retainedSlice() : payload;
        this.replied = replied;
        this.limit = limit;
        this.deadline = now + limit.toNanos();
        this.sink = sink;
    }

    Object payload() {
        return payload;
    }

    boolean waitsForReply() {
        return replied;
    }

    /** The payload is not needed any more: it was encoded, or never will be. Once. */
    void release() {
        if (payload instanceof ByteBuf buffer) {
            buffer.release();
        }
    }

    void sent() {
        Outcomes.complete(sink);
    }

    void answered(Reply reply) {
        Outcomes.succeed(sink, reply);
    }

    void fail(Throwable error) {
        Outcomes.fail(sink, error);
    }
}
