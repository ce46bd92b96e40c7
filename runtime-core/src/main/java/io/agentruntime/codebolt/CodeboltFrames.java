package io.agentruntime.codebolt;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.UnexpectedMessageException;
import io.agentruntime.json.FrameReader;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonFrame;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.transport.PipeListener;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of one session and hands each to where it belongs: answers to their requests, what agents say to the
 * streams. What cannot be read, or is for nobody, is reported, and nothing else is lost by it.
 */
final class CodeboltFrames implements PipeListener {

    private static final int LONGEST_TYPE = 100;

    private final CodeboltSession session;
    private final PluginHub hub;
    private final ChannelBook channels;
    private final Lifecycle lifecycle;
    private final FrameReader reader;

    CodeboltFrames(
            CodeboltSession session, PluginHub hub, ChannelBook channels, Lifecycle lifecycle, FrameReader reader) {
        this.session = session;
        this.hub = hub;
        this.channels = channels;
        this.lifecycle = lifecycle;
        this.reader = reader;
    }

    static FrameReader reader(JsonCodec json) {
        return FrameReader.builder(json, "plugin message")
                .required("type")
                .optional("requestId")
                .payload("data")
                .build();
    }

    @Override
    public void onText(ByteBuf payload) {
        if (!session.receiving()) {
            return;
        }
        session.signOfLife();
        try {
            receive(reader.read(payload));
        } catch (RuntimeClientException e) {
            hub.report(e);
        }
    }

    private void receive(JsonFrame frame) {
        String type = frame.required("type");
        PluginMessage message = new PluginMessage(type, frame.payload(), frame.whole());
        boolean wanted = hub.messages.wanted(type);
        hub.messages.next(type, message);
        switch (type) {
            case PluginMessage.START -> started(message);
            case PluginMessage.STOP -> lifecycle.stop(session, frame.header("requestId"));
            case PluginMessage.REPLY -> reply(GatewayReply.read(data(message)));
            case PluginMessage.MESSAGE_TO_CHANNEL -> hub.channelMessages.next(ChannelMessage.read(data(message)));
            case PluginMessage.PANEL_MESSAGE -> {
                PanelMessage said = PanelMessage.read(message);
                hub.panels.next(said.panelId(), said);
            }
            default -> answer(frame.header("requestId"), new PluginAnswer(frame), wanted);
        }
    }

    private static JsonPayload data(PluginMessage message) {
        return Reading.present(
                message.type(), "data", message.json().field("data").orElse(null));
    }

    private void started(PluginMessage message) {
        try {
            hub.started(PluginStart.read(message));
        } finally {
            session.startReceived(); // an unreadable one opens the session too
        }
    }

    private void reply(GatewayReply reply) {
        hub.replies.next(channels.keyOf(reply.replyTo().channelId()), reply);
    }

    private void answer(@Nullable String requestId, PluginAnswer answer, boolean wanted) {
        if (session.pending().answer(requestId, answer)) {
            return;
        }
        String type = answer.type();
        if (ChannelBook.isAnswerToUnregister(type)) {
            answer.orRefusal(); // nobody waits for it
        } else if (requestId != null || type.endsWith("Ack") || type.endsWith("Response")) {
            throw unexpected(type, "it answers no request that waits");
        } else if (!wanted) {
            throw unexpected(type, "its type is unknown");
        }
    }

    private static UnexpectedMessageException unexpected(String type, String problem) {
        return new UnexpectedMessageException(
                type.length() > LONGEST_TYPE ? type.substring(0, LONGEST_TYPE) + "..." : type, problem);
    }

    @Override
    public void onBinary(ByteBuf payload) {
        session.signOfLife();
        hub.report(new DecodeException(
                "plugin message",
                "a binary frame of " + payload.readableBytes() + " bytes, text is expected",
                "",
                null));
    }

    @Override
    public void onPong() {
        session.signOfLife();
    }

    @Override
    public void onError(Throwable error) {
        session.signOfLife();
        hub.report(error);
    }
}
