package io.agentruntime.phoenix;

import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.stream.Batch;
import io.agentruntime.transport.PipeListener;
import io.netty.buffer.ByteBuf;
import java.util.function.Function;

/**
 * Reads the frames of one session and hands each to its channel. What cannot be read is reported, and nothing else is lost
 * by it.
 */
final class SessionFrames implements PipeListener {

    private final PhoenixSession session;
    private final SocketHub hub;
    private final Topics topics;
    private final Function<ByteBuf, PhoenixMessage> readText;
    private final Function<ByteBuf, PhoenixMessage> readBinary;
    private final Batch batch = new Batch();

    SessionFrames(PhoenixSession session, WireCodec codec, SocketHub hub, Topics topics) {
        this.session = session;
        this.readText = codec::readText;
        this.readBinary = codec::readBinary;
        this.hub = hub;
        this.topics = topics;
    }

    @Override
    public void onText(ByteBuf payload) {
        receive(payload, readText);
    }

    @Override
    public void onBinary(ByteBuf payload) {
        receive(payload, readBinary);
    }

    private void receive(ByteBuf payload, Function<ByteBuf, PhoenixMessage> read) {
        if (!session.receiving()) {
            return;
        }
        session.signOfLife();
        try {
            receive(read.apply(payload));
        } catch (RuntimeClientException e) {
            hub.report(e);
        }
    }

    private void receive(PhoenixMessage message) {
        hub.messages.next(message, batch);
        if (message.topic().equals(PhoenixSession.TOPIC)) {
            session.answered(message);
        } else {
            topics.received(session, message, batch);
        }
    }

    @Override
    public void onReadStart() {
        batch.begin();
    }

    @Override
    public void onReadComplete() {
        batch.end();
    }

    @Override
    public void onPong() {
        session.signOfLife();
    }

    @Override
    public void onError(Throwable error) {
        session.signOfLife();
        hub.report(
                error instanceof RuntimeClientException known
                        ? known
                        : new RuntimeClientException("A message could not be received", error));
    }
}
