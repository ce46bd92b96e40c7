package io.agentruntime.phoenix;

import io.agentruntime.error.DecodeException;
import io.agentruntime.phoenix.ChannelState.Closed;
import io.agentruntime.stream.Batch;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which channel has a topic now, and which session all of them share. A topic has one channel at a time: another that joins
 * it takes it over, as on the server.
 */
final class Topics {

    private static final Logger log = LoggerFactory.getLogger(Topics.class);

    private static final int FEW = 100;

    private final ConcurrentMap<String, ChannelMachine> channels = new ConcurrentHashMap<>();
    private final Set<ChannelMachine> listenedTo = ConcurrentHashMap.newKeySet();
    private final SocketHub hub;

    /** When there are more than this, those that are forgotten go. */
    private volatile int lookAt = FEW;

    private volatile @Nullable PhoenixSession session;
    private volatile boolean closed;

    Topics(SocketHub hub) {
        this.hub = hub;
    }

    /** The open session, if there is one. */
    @Nullable
    PhoenixSession session() {
        PhoenixSession open = session;
        return open != null && open.receiving() ? open : null;
    }

    boolean isClosed() {
        return closed;
    }

    /** From now on what arrives on its topic is the channel's. Answers the channel that had it until now. */
    @Nullable
    ChannelMachine take(ChannelMachine channel) {
        ChannelMachine before = channels.put(channel.topic(), channel);
        if (closed) {
            channel.inbox().execute(channel::onSocketClosed); // it may have come too late to be told with the others
        }
        return before == channel ? null : before;
    }

    /** The channel wants its topic no longer. */
    void remove(ChannelMachine channel) {
        channels.remove(channel.topic(), channel);
    }

    /** The channels that somebody wants or listens to, and some that are forgotten already. */
    Set<ChannelMachine> known() {
        Set<ChannelMachine> known = new HashSet<>(listenedTo);
        known.addAll(channels.values());
        return known;
    }

    /**
     * Somebody has subscribed to the channel, joined or not: its streams complete when the socket is closed. Called by a task of
     * the channel's inbox.
     */
    void listenedTo(ChannelMachine channel) {
        if (listenedTo.add(channel) && listenedTo.size() > lookAt) {
            listenedTo.forEach(other -> other.inbox().execute(() -> forget(other)));
            lookAt = Math.max(FEW, 2 * listenedTo.size());
        }
        if (closed) {
            channel.inbox().execute(channel::onSocketClosed);
        }
    }

    /** Unless somebody wants it or listens. In its inbox, so that nobody who subscribes meanwhile is overlooked. */
    private void forget(ChannelMachine channel) {
        if (channel.state() instanceof Closed && channel.streams().stats().isEmpty()) {
            listenedTo.remove(channel);
        }
    }

    /** @param batch the reader's; a message that another thread handles, for it holds the inbox, is one by itself */
    void received(PhoenixSession from, PhoenixMessage message, Batch batch) {
        ChannelMachine channel = channels.get(message.topic());
        if (channel != null) {
            Thread reader = Thread.currentThread();
            channel.inbox()
                    .execute(() -> channel.onMessage(from, message, Thread.currentThread() == reader ? batch : null));
        } else {
            unwanted(from, message);
        }
    }

    /**
     * A message that belongs to no channel of this side any more. The server may have accepted a join that was given up
     * meanwhile (the answer to a join has the join's reference twice): then it is told to leave once more.
     */
    void unwanted(PhoenixSession from, PhoenixMessage message) {
        String joinRef = message.joinRef();
        try {
            if (joinRef != null
                    && joinRef.equals(message.ref())
                    && message.reply().filter(Reply::isOk).isPresent()) {
                from.sendQuietly(joinRef, message.topic(), PhoenixMessage.LEAVE);
            } else {
                log.debug("{} is nobody's", message);
            }
        } catch (DecodeException e) {
            hub.report(e);
        }
    }

    void sessionOpened(PhoenixSession opened) {
        session = opened;
        each(channel -> channel.onSessionOpened(opened));
    }

    /** Of a session that was never announced no channel knows. */
    void sessionEnded(PhoenixSession ended, Throwable cause) {
        if (session == ended) {
            session = null;
            each(channel -> channel.onSessionEnded(ended, cause));
        }
    }

    void connectionFailed(Throwable cause) {
        each(channel -> channel.onConnectionFailed(cause));
    }

    void close() {
        closed = true;
        known().forEach(channel -> channel.inbox().execute(channel::onSocketClosed));
    }

    private void each(Consumer<ChannelMachine> news) {
        channels.values().forEach(channel -> channel.inbox().execute(() -> news.accept(channel)));
    }
}
