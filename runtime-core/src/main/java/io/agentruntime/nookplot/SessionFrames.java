package io.agentruntime.nookplot;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.json.FrameReader;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonFrame;
import io.agentruntime.json.JsonName;
import io.agentruntime.json.JsonTexts;
import io.agentruntime.stream.Batch;
import io.agentruntime.stream.Delivery;
import io.agentruntime.transport.PipeListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Reads the frames of one session and hands each to where it belongs: answers to the session, messages to their streams,
 * everything to the event stream. What cannot be read is reported, and nothing else is lost by it.
 */
final class SessionFrames implements PipeListener {

    /** How the gateway begins a message. Written otherwise it would be read all the same, only slower. */
    private static final ByteBuf MESSAGE_START = Unpooled.unreleasableBuffer(
            Unpooled.copiedBuffer("{\"type\":\"" + GatewayEvent.CHANNEL_MESSAGE + "\",", StandardCharsets.UTF_8));

    private static final JsonName CHANNEL_ID = JsonName.of("channelId");

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
            if (!isMessage(payload) || !message(payload)) {
                receive(event(reader.read(payload)));
            }
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

    /** The way of every message that a reader of events wants, or that is not of the usual form. */
    private void message(GatewayEvent event) {
        String channelId = event.data().string("channelId");
        if (channelId == null) {
            throw new DecodeException("channel.message", "field 'channelId' is missing", "", null);
        }
        delivers(channelId);
        hub.publish(event, batch);
        deliver(channelId, () -> ChannelMessage.read(event.data()));
    }

    private static boolean isMessage(ByteBuf frame) {
        int length = MESSAGE_START.readableBytes();
        return frame.readableBytes() > length
                && ByteBufUtil.equals(frame, frame.readerIndex(), MESSAGE_START, 0, length);
    }

    /**
     * The short way of messages, which are most of what arrives where it matters how long it takes: what nobody wants is not
     * looked at; of the others this thread, which everybody waits for, finds out the channel and leaves the rest to their
     * readers.
     *
     * @return false for a frame that has to go the long way, with nothing done yet
     */
    private boolean message(ByteBuf payload) {
        if (hub.events.wanted(GatewayEvent.CHANNEL_MESSAGE)) {
            return false;
        }
        if (!hub.channels.wanted()
                && !hub.refilledChannels.wanted()
                && !gaps.anyChannelOpen()
                && !subscriptions.anyInDoubt()) {
            return true;
        }
        byte[] frame = ByteBufUtil.getBytes(payload);
        String channelId = reader.leadingText(frame, CHANNEL_ID);
        if (channelId == null) {
            return false;
        }
        delivers(channelId);
        deliver(channelId, () -> read(frame));
        return true;
    }

    private ChannelMessage read(byte[] frame) {
        JsonTexts texts = reader.payloadTexts(frame, ChannelMessage.FIELDS);
        ChannelMessage message = texts == null ? null : ChannelMessage.of(texts);
        return message == null ? event(reader.read(frame)).data(ChannelMessage.class) : message;
    }

    private void delivers(String channelId) {
        gaps.closeChannel(session, channelId);
        subscriptions.delivered(session, channelId);
    }

    private void deliver(String channelId, Arrival.Unread message) {
        boolean live = hub.channels.wanted(channelId);
        boolean refilled = hub.refilledChannels.wanted(channelId);
        if (!live && !refilled) {
            return;
        }
        Arrival arrival = Arrival.of(message, hub::report);
        if (live) {
            hub.channels.next(channelId, arrival, batch);
        }
        if (refilled && arrival.delivery() instanceof Delivery.Message<ChannelMessage> whole) {
            refills.message(whole.payload());
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
