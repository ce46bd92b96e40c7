package io.agentruntime.octavus;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.stream.HotStream;
import io.agentruntime.transport.PipeListener;
import io.netty.buffer.ByteBuf;

/** Reads the messages of one socket: events of turns go to the turns, all others to the stream of custom events. */
final class SocketFrames implements PipeListener {

    private final OctavusSession session;
    private final EventReader reader;
    private final Turns turns;
    private final HotStream<StreamEvent.Custom> custom;
    private final HotStream<RuntimeClientException> errors;

    SocketFrames(
            OctavusSession session,
            EventReader reader,
            Turns turns,
            HotStream<StreamEvent.Custom> custom,
            HotStream<RuntimeClientException> errors) {
        this.session = session;
        this.reader = reader;
        this.turns = turns;
        this.custom = custom;
        this.errors = errors;
    }

    @Override
    public void onText(ByteBuf payload) {
        if (!session.receiving()) {
            return;
        }
        session.signOfLife();
        StreamEvent event;
        try {
            event = reader.read(payload);
        } catch (DecodeException e) {
            unreadable(e);
            return;
        }
        if (event instanceof StreamEvent.Custom other) {
            custom.next(other);
        } else {
            turns.event(session, event);
        }
    }

    private void unreadable(DecodeException error) {
        errors.next(error);
        turns.unreadable(session, error);
    }

    @Override
    public void onReadStart() {
        turns.readStarts();
    }

    @Override
    public void onReadComplete() {
        turns.readIsComplete();
    }

    @Override
    public void onBinary(ByteBuf payload) {
        session.signOfLife();
        errors.next(new DecodeException(
                "stream event",
                "a binary message of " + payload.readableBytes() + " bytes, text is expected",
                "",
                null));
    }

    @Override
    public void onPong() {
        session.signOfLife();
    }

    /** What could not become a message may have been the end of a turn. */
    @Override
    public void onError(Throwable error) {
        session.signOfLife();
        unreadable(new DecodeException("stream event", "the message was not received whole", "", error));
    }
}
