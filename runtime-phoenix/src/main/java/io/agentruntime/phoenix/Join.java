package io.agentruntime.phoenix;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.EncodeException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.OutboundOverflowException;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * One join of a channel over one session, from asking for its params to its end. What belongs to another join than the
 * channel's current one is stale. Only touched by tasks of the channel's inbox, and when it is over by those of the channel that
 * takes the topic.
 */
final class Join {

    private static final Logger log = LoggerFactory.getLogger(PhoenixChannel.class);

    /** The reason of a refusal that is none: the code of the channel failed while it joined. */
    private static final String CRASHED = "join crashed";

    final PhoenixSession session;

    private final String topic;
    private final Executor inbox;
    private final Disposable.Composite steps = Disposables.composite();
    private volatile @Nullable String ref;

    Join(PhoenixSession session, String topic, Executor inbox) {
        this.session = session;
        this.topic = topic;
        this.inbox = inbox;
    }

    /** Its reference; {@code null} until it was sent. */
    @Nullable
    String ref() {
        return ref;
    }

    boolean wasSent() {
        return ref != null;
    }

    /** Whether a message of the session can belong to it. Broadcasts and all of version 1 name no join. */
    boolean owns(PhoenixSession from, PhoenixMessage message) {
        String joinRef = message.joinRef();
        String own = ref;
        return session == from && own != null && (joinRef == null || joinRef.equals(own));
    }

    /** Whether a reference is that of this join. */
    boolean isRef(String other) {
        return other.equals(ref);
    }

    /** Asks for the params and sends it. {@code onFailed} is called once, {@code onLimit} unless it was settled before. */
    void send(Mono<Object> params, SocketSettings settings, Consumer<Throwable> onFailed, Runnable onLimit) {
        steps.add(settings.timer()
                .schedule(() -> inbox.execute(onLimit), settings.joinTimeout().toMillis(), TimeUnit.MILLISECONDS));
        steps.add(params.flatMap(this::send)
                .subscribe(nothing -> {}, error -> inbox.execute(() -> onFailed.accept(error))));
    }

    private Mono<Void> send(Object params) {
        return Mono.create(sent -> inbox.execute(() -> {
            if (!steps.isDisposed()) {
                String next = session.nextRef();
                ref = next;
                session.send(next, next, topic, PhoenixMessage.JOIN, params)
                        .subscribe(nothing -> {}, error -> inbox.execute(() -> onNotSent(sent, error)), sent::success);
            }
        }));
    }

    /** A message that cannot be sent is an error of the join; any other means the end of the session, which will be known. */
    private void onNotSent(MonoSink<Void> sent, Throwable error) {
        if (error instanceof EncodeException
                || error instanceof HeaderTooLongException
                || error instanceof InvalidOptionException
                || error instanceof OutboundOverflowException) {
            ref = null;
            sent.error(error);
        } else {
            log.debug("{}: the join was lost", topic, error);
        }
    }

    /**
     * Reads the server's answer, by which it is decided. Errors: {@link JoinRefusedException}, {@link ChannelCrashedException},
     * {@link DecodeException}, in which case the join is given up.
     */
    JoinReply read(PhoenixMessage answer) {
        Reply reply;
        try {
            reply = answer.reply().orElseThrow();
        } catch (DecodeException e) {
            abandon();
            throw e;
        }
        settle();
        if (reply.isOk()) {
            return new JoinReply(reply.response());
        }
        if (JoinRefusedException.reason(reply).equals(CRASHED)) {
            throw new ChannelCrashedException(topic);
        }
        throw new JoinRefusedException(topic, reply);
    }

    /** It is decided: neither its limit nor its params matter any more. */
    void settle() {
        steps.dispose();
    }

    /** Gives it up. The server, which may have accepted it or may do so yet, is told to forget it. */
    void abandon() {
        settle();
        String own = ref;
        if (own != null) {
            session.sendQuietly(own, topic, PhoenixMessage.LEAVE);
        }
    }

    /** Leaves what was joined; answers the reference by which the server will confirm it. */
    String leave() {
        String leaveRef = session.nextRef();
        session.send(ref, leaveRef, topic, PhoenixMessage.LEAVE, Map.of())
                .subscribe(nothing -> {}, error -> log.debug("{}: the leave was not sent", topic, error));
        return leaveRef;
    }
}
