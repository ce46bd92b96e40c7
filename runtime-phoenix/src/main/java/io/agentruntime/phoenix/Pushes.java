package io.agentruntime.phoenix;

import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.TimeLimitException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * The pushes of one channel that have no outcome yet: those that wait for the channel to be joined, in order, and those that
 * wait for the socket or their reply. Each leaves with an answer or an error. Only touched by tasks of the channel's inbox.
 *
 * <p>One timer serves all limits: it is set to the earliest, and looks at all of them when it fires.
 */
final class Pushes {

    private static final long NEVER = Long.MAX_VALUE;

    private final String topic;
    private final SocketSettings settings;
    private final Executor inbox;
    private final Set<Push> waiting = new LinkedHashSet<>();
    private final Map<String, Push> sent = new HashMap<>();
    private final Disposable.Swap timer = Disposables.swap();
    private long nextLook = NEVER;

    Pushes(String topic, SocketSettings settings, Executor inbox) {
        this.topic = topic;
        this.settings = settings;
        this.inbox = inbox;
    }

    /** Keeps a push until the channel is joined. */
    void add(Push push) {
        if (waiting.size() >= settings.pushBuffer()) {
            push.release();
            push.fail(new PushBufferOverflowException(topic, settings.pushBuffer()));
            return;
        }
        waiting.add(push);
        watch(push);
    }

    /** The channel is joined: what has waited goes out. */
    void sendWaiting(Join join) {
        List<Push> ready = List.copyOf(waiting);
        waiting.clear();
        ready.forEach(push -> send(push, join));
    }

    /** Sends a push, with a reference that it gets now. */
    void send(Push push, Join join) {
        String ref = join.session.nextRef();
        push.ref = ref;
        sent.put(ref, push);
        watch(push);
        join.session
                .send(join.ref(), ref, topic, push.event, push.payload())
                .subscribe(
                        nothing -> {},
                        error -> inbox.execute(() -> failed(push, error)),
                        push.waitsForReply() ? null : () -> inbox.execute(() -> handedOver(push)));
        push.release();
    }

    private void failed(Push push, Throwable error) {
        if (sent.remove(push.ref, push)) {
            push.fail(error);
        }
    }

    private void handedOver(Push push) {
        if (sent.remove(push.ref, push)) {
            push.sent();
        }
    }

    /** A reply is here. Whether a push waited for it. */
    boolean answer(String ref, PhoenixMessage message) {
        Push push = sent.get(ref);
        if (push == null || !push.waitsForReply()) {
            return push != null;
        }
        sent.remove(ref);
        try {
            push.answered(message.reply().orElseThrow());
        } catch (RuntimeClientException e) {
            push.fail(e);
        }
        return true;
    }

    /** Nobody waits for the push any more. */
    void forget(Push push) {
        if (waiting.remove(push)) {
            push.release();
        } else if (push.ref != null) {
            sent.remove(push.ref, push);
        }
    }

    /** No reply will come to what was sent. */
    void failSent(Function<Push, Throwable> error) {
        List<Push> lost = List.copyOf(sent.values());
        sent.clear();
        lost.forEach(push -> push.fail(error.apply(push)));
    }

    /** Nothing that waits will be sent. */
    void failWaiting(Function<Push, Throwable> error) {
        List<Push> lost = List.copyOf(waiting);
        waiting.clear();
        for (Push push : lost) {
            push.release();
            push.fail(error.apply(push));
        }
    }

    /** Nothing is left that could be late. */
    void stop() {
        nextLook = NEVER;
        timer.update(Disposables.disposed());
    }

    String name(Push push) {
        return "push of " + push.event + " to " + topic;
    }

    private void watch(Push push) {
        if (nextLook == NEVER || push.deadline - nextLook < 0) {
            lookAt(push.deadline);
        }
    }

    private void lookAt(long deadline) {
        nextLook = deadline;
        long nanos = Math.max(0, deadline - now());
        timer.update(settings.timer().schedule(() -> inbox.execute(this::look), nanos, TimeUnit.NANOSECONDS));
    }

    /** Fails what is late, and sets the timer to what will be late next. */
    private void look() {
        long now = now();
        List<Push> late = new ArrayList<>();
        long next = Math.min(earliestAfter(now, waiting, late), earliestAfter(now, sent.values(), late));
        nextLook = NEVER;
        for (Push push : late) {
            forget(push);
            push.fail(new TimeLimitException(name(push), push.limit));
        }
        if (next != NEVER) {
            lookAt(next);
        }
    }

    private static long earliestAfter(long now, Collection<Push> pushes, List<Push> late) {
        long earliest = NEVER;
        for (Push push : pushes) {
            if (push.deadline - now <= 0) {
                late.add(push);
            } else {
                earliest = Math.min(earliest, push.deadline);
            }
        }
        return earliest;
    }

    private long now() {
        return settings.timer().now(TimeUnit.NANOSECONDS);
    }
}
