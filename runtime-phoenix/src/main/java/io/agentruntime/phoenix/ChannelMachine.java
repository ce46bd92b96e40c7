package io.agentruntime.phoenix;

import io.agentruntime.connection.SerialExecutor;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.phoenix.ChannelState.CloseReason;
import io.agentruntime.phoenix.ChannelState.Closed;
import io.agentruntime.phoenix.ChannelState.Errored;
import io.agentruntime.phoenix.ChannelState.Joined;
import io.agentruntime.phoenix.ChannelState.Joining;
import io.agentruntime.phoenix.ChannelState.Leaving;
import io.agentruntime.stream.Batch;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * The states of one channel, and the only place that changes them. Whatever happens goes through one inbox and is handled
 * one at a time; what belongs to a {@link Join} that is no longer the current one is recognised there and dropped. The
 * transitions are those in the table of {@link ChannelState}.
 */
final class ChannelMachine {

    private final String topic;
    private final ChannelOptions options;
    private final SocketSettings settings;
    private final Topics topics;
    private final ChannelStreams streams;
    private final ChannelStates states;
    private final SerialExecutor inbox = new SerialExecutor();

    // From here on only touched by tasks of the inbox.
    private final Pushes pushes;
    private final Callers callers;
    private final Leave leave;
    private final Rejoins rejoins;
    private final Membership membership = new Membership();
    private boolean established;

    ChannelMachine(String topic, ChannelOptions options, SocketSettings settings, Topics topics, SocketHub hub) {
        this.topic = topic;
        this.options = options;
        this.settings = settings;
        this.topics = topics;
        this.streams = new ChannelStreams(topic, options, settings, hub, inbox);
        this.states = streams.states;
        this.pushes = new Pushes(topic, settings, inbox);
        this.callers = new Callers(topic, settings, inbox, this::onLastCallerGone);
        this.leave = new Leave(settings, inbox, this::onLeft);
        this.rejoins = new Rejoins(settings, inbox, this::onDelayOver);
    }

    String topic() {
        return topic;
    }

    /** Where everything happens; each method named {@code on...} is to be called by one of its tasks. */
    SerialExecutor inbox() {
        return inbox;
    }

    ChannelStreams streams() {
        return streams;
    }

    ChannelState state() {
        return states.current();
    }

    Flux<ChannelState> states() {
        return listened(states.flux(settings.background()));
    }

    /** A stream of this channel, which completes with its socket whether the channel is joined or not. */
    <T> Flux<T> listened(Flux<T> stream) {
        return Flux.from(subscriber -> {
            stream.subscribe(subscriber);
            inbox.execute(() -> topics.listenedTo(this));
        });
    }

    // ---- What users ask for

    void onJoin(MonoSink<JoinReply> sink) {
        if (topics.isClosed()) {
            sink.error(new RuntimeClosedException());
        } else if (states.current() instanceof Joined joined) {
            sink.success(joined.reply());
        } else {
            callers.add(sink);
            if (states.is(Closed.class)) {
                begin();
            }
        }
    }

    /** Nobody waits for the first join any more: it is given up. */
    private void onLastCallerGone() {
        if (!established && states.isWaiting()) {
            membership.abandon();
            close(CloseReason.LEFT, null);
        }
    }

    void onLeave(MonoSink<Void> sink) {
        if (states.is(Closed.class)) {
            sink.success();
            return;
        }
        leave.add(sink);
        if (states.is(Leaving.class)) {
            return;
        }
        callers.fail(new ChannelClosedException(topic, CloseReason.LEFT));
        Join current = membership.join();
        if (states.is(Joined.class) && current != null) {
            states.moveTo(new Leaving());
            leave.send(current);
        } else {
            membership.abandon();
            close(CloseReason.LEFT, null);
        }
    }

    private void onLeft() {
        if (states.is(Leaving.class)) {
            close(CloseReason.LEFT, null);
        }
    }

    void onPush(Push push) {
        Join current = membership.join();
        if (states.is(Joined.class) && current != null) {
            pushes.send(push, current);
        } else if (states.isWaiting()) {
            pushes.add(push);
        } else {
            push.release();
            push.fail(
                    topics.isClosed() ? new RuntimeClosedException() : new NotJoinedException(topic, states.current()));
        }
    }

    void onPushCancelled(Push push) {
        pushes.forget(push);
    }

    // ---- Joining

    private void begin() {
        established = false;
        rejoins.startOver();
        states.moveTo(new Joining());
        ChannelMachine before = topics.take(this);
        if (before != null) {
            before.inbox.execute(() -> before.onReplacedBy(this));
        }
        join();
    }

    /** Joins over the open session; without one, {@link #onSessionOpened} will. */
    private void join() {
        PhoenixSession session = topics.session();
        if (session == null) {
            return;
        }
        Join started = new Join(session, topic, inbox);
        membership.begin(started);
        streams.joining();
        started.send(
                Mono.defer(() -> options.joinParams(streams.seen())),
                settings,
                error -> onJoinFailed(started, error),
                () -> onJoinLimit(started));
    }

    /** Its params could not be had, or cannot be sent. */
    private void onJoinFailed(Join failed, Throwable error) {
        if (membership.join() == failed && states.is(Joining.class) && failed.session.receiving()) {
            notJoined(error);
        }
    }

    private void onJoinLimit(Join late) {
        if (membership.join() == late && states.is(Joining.class)) {
            membership.abandon();
            errored(callers.tooLate());
        }
    }

    private void onJoinReply(Join current, PhoenixMessage message) {
        if (!states.is(Joining.class)) {
            return;
        }
        JoinReply reply;
        try {
            reply = current.read(message);
        } catch (RuntimeClientException e) {
            notJoined(e);
            return;
        }
        joined(current, reply);
    }

    private void joined(Join current, JoinReply reply) {
        established = true;
        rejoins.startOver();
        streams.delivering();
        states.moveTo(new Joined(reply));
        pushes.sendWaiting(current);
        callers.succeed(reply);
    }

    private void notJoined(Throwable error) {
        if (established || error instanceof ChannelCrashedException) {
            errored(error);
        } else {
            close(CloseReason.REFUSED, error);
        }
    }

    // ---- What arrives

    /** @param batch the messages that come together with this one; {@code null} for one by itself */
    void onMessage(PhoenixSession from, PhoenixMessage message, @Nullable Batch batch) {
        if (membership.endsInherited(from, message, states.is(Joined.class))) {
            return;
        }
        Join current = membership.join();
        boolean reply = message.event().equals(PhoenixMessage.REPLY);
        boolean wanted = current != null && (reply ? onReply(current, from, message) : current.owns(from, message));
        if (!wanted) {
            topics.unwanted(from, message);
        } else if (!reply) {
            switch (message.event()) {
                case PhoenixMessage.ERROR, PhoenixMessage.CLOSE -> onEnd(message);
                default -> {
                    streams.deliver(message, batch);
                    if (states.is(Joining.class)) {
                        // A broadcast, maybe for an earlier join: what is pushed to that one is dropped.
                        streams.interrupted(settings.now());
                    }
                }
            }
        }
    }

    /** Replies are told by their reference alone: those to what failed name no join. Whether somebody waited for it. */
    private boolean onReply(Join current, PhoenixSession from, PhoenixMessage message) {
        String ref = message.ref();
        if (ref == null || current.session != from) {
            return false;
        }
        if (current.isRef(ref)) {
            onJoinReply(current, message);
            return true;
        }
        if (leave.isConfirmedBy(ref)) {
            onLeft();
            return true;
        }
        return pushes.answer(ref, message);
    }

    /** Without the join it is meant for, it is believed of a join that has succeeded only. */
    private void onEnd(PhoenixMessage message) {
        if (states.is(Leaving.class)) {
            onLeft();
        } else if (message.joinRef() != null || states.is(Joined.class)) {
            if (message.event().equals(PhoenixMessage.ERROR)) {
                errored(new ChannelCrashedException(topic));
            } else {
                close(CloseReason.CLOSED_BY_SERVER, null);
            }
        }
    }

    // ---- The connection

    void onSessionOpened(PhoenixSession opened) {
        if (states.isWaiting() && !membership.isOver(opened) && opened.receiving()) {
            rejoins.startOver();
            rejoin();
        }
    }

    void onSessionEnded(PhoenixSession ended, Throwable cause) {
        membership.sessionEnded();
        if (states.is(Leaving.class)) {
            onLeft();
        } else if (states.is(Errored.class) || membership.isOver(ended)) {
            disconnected(cause);
        }
    }

    void onConnectionFailed(Throwable cause) {
        if (states.is(Leaving.class)) {
            onLeft();
        } else if (!states.is(Closed.class)) {
            disconnected(cause);
            callers.fail(cause);
            pushes.failWaiting(push -> cause);
            streams.fail(cause);
        }
    }

    /** Another channel has taken the topic. */
    private void onReplacedBy(ChannelMachine successor) {
        if (!states.is(Closed.class)) {
            Join last = states.is(Leaving.class) ? null : membership.handOver();
            close(CloseReason.REPLACED, null);
            if (last != null) {
                successor.inbox.execute(() -> successor.onInherited(last));
            }
        }
    }

    /** The server has this join until one of ours replaces it. */
    private void onInherited(Join last) {
        if (states.is(Closed.class)) {
            last.abandon();
        } else {
            membership.inherit(last);
        }
    }

    void onSocketClosed() {
        if (!states.is(Closed.class)) {
            callers.fail(new RuntimeClosedException());
            close(CloseReason.SOCKET_CLOSED, null);
        }
        streams.complete();
    }

    // ---- Endings

    /** Not joined although the session lives: joined again after a delay. Whoever waits for this join learns why. */
    private void errored(Throwable cause) {
        endJoin();
        states.moveTo(rejoins.schedule(cause));
        pushes.failSent(push -> cause);
        callers.fail(cause);
    }

    /** Joined again when a session opens. Callers go on waiting, for their own limit. */
    private void disconnected(Throwable cause) {
        endJoin();
        rejoins.cancel();
        states.moveTo(new Errored(1, Duration.ZERO, cause));
        pushes.failSent(push -> new SessionEndedException(pushes.name(push), cause));
    }

    /** A timer that was just too late to be cancelled must not join a second time. */
    private void onDelayOver() {
        if (states.current() instanceof Errored) {
            rejoin();
        }
    }

    private void rejoin() {
        if (states.isWaiting() && topics.session() != null) {
            rejoins.cancel();
            states.moveTo(new Joining());
            join();
        }
    }

    /** The current join is over. Whoever hears of it afterwards finds the state changed. */
    private void endJoin() {
        Join ended = membership.end();
        if (ended != null) {
            streams.interrupted(ended.session.lastSignOfLife());
        }
    }

    private void close(CloseReason reason, @Nullable Throwable cause) {
        Throwable error = cause == null ? new ChannelClosedException(topic, reason) : cause;
        boolean again = states.is(Leaving.class) && reason == CloseReason.LEFT && !callers.isEmpty();
        topics.remove(this);
        rejoins.cancel();
        endJoin();
        membership.release();
        states.moveTo(new Closed(reason, cause));
        pushes.failSent(push -> error);
        pushes.failWaiting(push -> error);
        pushes.stop();
        streams.end(reason == CloseReason.LEFT || reason == CloseReason.SOCKET_CLOSED ? null : error);
        leave.done();
        if (again) {
            begin(); // somebody has asked to join while it was being left
        } else {
            callers.fail(error);
        }
    }
}
