package io.agentruntime.nookplot;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.json.FrameReader;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonFrame;
import io.agentruntime.stream.Batch;
import io.agentruntime.stream.Delivery;
import io.agentruntime.transport.PipeListener;
import io.netty.buffer.ByteBuf;

/**
 * Reads the frames of one session and hands each to where it belongs: answers to the session, messages to their streams,
 * everything to the event stream. What cannot be read is reported, and nothing else is lost by it.
 */
final class SessionFrames implements PipeListener {

    private final NookplotSession session;
    private final EventHub hub;
    private final Gaps gaps;
    private final Subscriptions subscriptions;
    private final InboxFeed inboxFeed;
    private final Refills refills;
    private final FrameReader reader;
    private final Batch batch = new Batch();

    SessionFrames(
            NookplotSession session,
            EventHub hub,
            Gaps gaps,
            Subscriptions subscriptions,
            InboxFeed inboxFeed,
            Refills refills,
            FrameReader reader) {
        this.session = session;
        this.hub = hub;
        this.gaps = gaps;
        this.subscriptions = subscriptions;
        this.inboxFeed = inboxFeed;
        this.refills = refills;
        this.reader = reader;
    }

    static FrameReader reader(JsonCodec json) {
        return FrameReader.builder(json, "gateway frame")
                .required("type")
                .optional("timestamp")
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
            receive(event(reader.read(payload)));
        } catch (RuntimeClientException e) {
            hub.report(e);
        }
    }

    private static GatewayEvent event(JsonFrame frame) {
        if (!frame.payload().isObject()) {
            throw new DecodeException("gateway frame", "field 'data' is no object", excerpt(frame), null);
        }
        return new GatewayEvent(
                frame.required("type"), frame.header("timestamp"), frame.payload(), frame.whole(), false);
    }

    private static String excerpt(JsonFrame frame) {
        String text = frame.whole().text();
        return text.substring(0, Math.min(text.length(), 200));
    }

    private void receive(GatewayEvent event) {
        switch (event.type()) {
            case GatewayEvent.CONNECTION_STATE -> welcomed(event);
            case GatewayEvent.CHANNEL_JOINED -> joined(event);
            case GatewayEvent.CHANNEL_LEFT -> left(event);
            case GatewayEvent.CHANNEL_ERROR -> refused(event);
            case GatewayEvent.CHANNEL_MESSAGE -> message(event);
            case GatewayEvent.MESSAGE_RECEIVED -> directMessage(event);
            default -> hub.publish(event);
        }
    }

    private void welcomed(GatewayEvent event) {
        ConnectionNotice notice = event.data(ConnectionNotice.class);
        hub.publish(event);
        // A subscriber may have disconnected at this very event.
        if (notice.state().equals("connected") && session.receiving()) {
            subscriptions.sessionBegan(session);
            refills.welcomed(event, session.info());
            gaps.closeInbox(session);
            session.welcomed();
        }
    }

    private void joined(GatewayEvent event) {
        ChannelNotice notice = event.data(ChannelNotice.class);
        gaps.closeChannel(session, notice.channelId());
        subscriptions.joined(session, notice.channelId());
        hub.publish(event);
        session.joined(notice.channelId());
    }

    private void left(GatewayEvent event) {
        ChannelNotice notice = event.data(ChannelNotice.class);
        hub.publish(event);
        session.left(notice.channelId());
    }

    private void refused(GatewayEvent event) {
        ChannelNotice notice = event.data(ChannelNotice.class);
        hub.publish(event);
        session.refused(notice.channelId(), notice.error() == null ? "no reason given" : notice.error());
    }

    private void message(GatewayEvent event) {
        String channelId = event.data().string("channelId");
        if (channelId == null) {
            throw new DecodeException("channel.message", "field 'channelId' is missing", "", null);
        }
        gaps.closeChannel(session, channelId);
        subscriptions.delivered(session, channelId);
        hub.publish(event, batch);
        boolean live = hub.channels.wanted(channelId);
        boolean refilled = hub.refilledChannels.wanted(channelId);
        if (live || refilled) {
            deliver(ChannelMessage.read(event.data()), live, refilled);
        }
    }

    private void deliver(ChannelMessage message, boolean live, boolean refilled) {
        if (live) {
            hub.channels.next(message.channelId(), new Delivery.Message<>(message), batch);
        }
        if (refilled) {
            refills.message(message);
        }
    }

    private void directMessage(GatewayEvent event) {
        hub.publish(event);
        inboxFeed.announced(event.data(DirectMessageNotice.class));
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
    public void onBinary(ByteBuf payload) {
        session.signOfLife();
        hub.report(new DecodeException(
                "gateway frame",
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
        hub.report(
                error instanceof RuntimeClientException known
                        ? known
                        : new RuntimeClientException("A message could not be received", error));
    }
}
