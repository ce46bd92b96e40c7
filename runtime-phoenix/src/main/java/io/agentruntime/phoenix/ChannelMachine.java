package io.agentruntime.phoenix;

import io.agentruntime.connection.Outcomes;
import io.agentruntime.connection.SerialExecutor;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.phoenix.ChannelState.CloseReason;
import io.agentruntime.phoenix.ChannelState.Closed;
import io.agentruntime.phoenix.ChannelState.Errored;
import io.agentruntime.phoenix.ChannelState.Joined;
import io.agentruntime.phoenix.ChannelState.Joining;
import io.agentruntime.phoenix.ChannelState.Leaving;
import io.agentruntime.stream.Batch;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.SubscriberStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * The states of one channel, and the only place that changes them. Whatever happens goes through one inbox and is handled
 * one at a time; what belongs to a {@link Join} that is no longer the current one is recognised there and dropped.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>from</th><th>to</th><th>when</th></tr>
 * <tr><td>Closed</td><td>Joining</td><td>{@code join()}; sent as soon as there is a session</td></tr>
 * <tr><td>Joining</td><td>Joined</td><td>the server answers {@code ok}; what was pushed meanwhile goes out</td></tr>
 * <tr><td>Joining</td><td>Closed</td><td>the server refuses the first join, or its params cannot be had; its last caller cancels</td></tr>
 * <tr><td>Joining</td><td>Errored</td><td>a later join is refused; the join crashes; it takes too long (then {@code phx_leave} is
 *     sent); the session ends</td></tr>
 * <tr><td>Joined</td><td>Errored</td><td>{@code phx_error}; the session ends. What was sent has no reply to hope for</td></tr>
 * <tr><td>Errored</td><td>Joining</td><td>its delay is over; a session opens</td></tr>
 * <tr><td>Errored</td><td>Errored</td><td>the session ends; the connection is given up</td></tr>
 * <tr><td>Joined</td><td>Leaving</td><td>{@code leave()}</td></tr>
 * <tr><td>Joining, Errored</td><td>Closed</td><td>{@code leave()}: there is nothing to wait for</td></tr>
 * <tr><td>Leaving</td><td>Closed</td><td>the server confirms; it takes too long; the session ends; the channel crashes</td></tr>
 * <tr><td>Joining, Joined</td><td>Closed</td><td>{@code phx_close}</td></tr>
 * <tr><td>any</td><td>Closed</td><td>another channel joins the topic; the socket is closed</td></tr>
 * </table>
 */
final class ChannelMachine {

    private static final Logger log = LoggerFactory.getLogger(PhoenixChannel.class);

    /** The reason of a refusal that is none: the code of the channel failed while it joined. */
    private static final String JOIN_CRASHED = "join crashed";

    private final String topic;
    private final ChannelOptions options;
    private final SocketSettings settings;
    private final Topics topics;
    private final ChannelStreams streams;
    private final HotStream<ChannelState> states;
    private final SerialExecutor inbox = new SerialExecutor();
    private volatile ChannelState state = new Closed(CloseReason.NEW, null);

    // From here on only touched by tasks of the inbox.
    private final Pushes pushes;
    private final Callers callers;
    private final List<MonoSink<Void>> leavers = new ArrayList<>();
    private final Disposable.Swap timer = Disposables.swap();
    private @Nullable Join join;
    private @Nullable String leaveRef;
    private boolean established;
    private int failures;
    private Duration lastDelay = Duration.ZERO;
    private int closesToIgnore;

    ChannelMachine(String topic, ChannelOptions options, SocketSettings settings, Topics topics, SocketHub hub) {
        this.topic = topic;
        this.options = options;
        this.settings = settings;
        this.topics = topics;
        this.streams = new ChannelStreams(topic, options, settings, hub);
        this.states = new HotStream<>("states of " + topic, null);
        this.pushes = new Pushes(topic, settings, inbox);
        this.callers =
                new Callers(settings.joinTimeout(), settings.timer(), inbox, this::tooLate, this::onLastCallerGone);
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
        return state;
    }

    Flux<ChannelState> states() {
        return listened(states.fluxAfter(this::state, inbox, settings.background()));
    }

    /** A stream of this channel, which completes with its socket whether the channel is joined or not. */
    <T> Flux<T> listened(Flux<T> stream) {
        return Flux.defer(() -> {
            topics.listenedTo(this);
            return stream;
        });
    }

    /** Whether nobody wants it and nobody listens. */
    boolean isForgotten() {
        return state instanceof Closed && subscribers().isEmpty();
    }

    /** The present subscribers of all its streams. Safe on any thread. */
    List<SubscriberStats> subscribers() {
        List<SubscriberStats> all = streams.stats();
        all.addAll(states.stats());
        return all;
    }

    // ---- What users ask for

    void onJoin(MonoSink<JoinReply> sink) {
        if (topics.isClosed()) {
            sink.error(new RuntimeClosedException());
        } else if (state instanceof Joined joined) {
            sink.success(joined.reply());
        } else {
            callers.add(sink);
            if (state instanceof Closed) {
                begin();
            }
        }
    }

    /** Nobody waits for the first join any more: it is given up. */
    private void onLastCallerGone() {
        if (!established && (state instanceof Joining || state instanceof Errored)) {
            abandon();
            close(CloseReason.LEFT, null);
        }
    }

    void onLeave(MonoSink<Void> sink) {
        if (state instanceof Closed) {
            sink.success();
            return;
        }
        leavers.add(sink);
        if (state instanceof Leaving) {
            return;
        }
        callers.fail(new ChannelClosedException(topic, CloseReason.LEFT));
        if (state instanceof Joined && join != null) {
            moveTo(new Leaving());
            leaveRef = join.leave();
            after(settings.leaveTimeout(), this::onLeft);
        } else {
            abandon();
            close(CloseReason.LEFT, null);
        }
    }

    private void onLeft() {
        if (state instanceof Leaving) {
            close(CloseReason.LEFT, null);
        }
    }

    void onPush(Push push) {
        if (state instanceof Joined && join != null) {
            pushes.send(push, join);
        } else if (state instanceof Joining || state instanceof Errored) {
            pushes.add(push);
        } else {
            push.release();
            push.fail(topics.isClosed() ? new RuntimeClosedException() : new NotJoinedException(topic, state));
        }
    }

    void onPushCancelled(Push push) {
        pushes.forget(push);
    }

    // ---- Joining

    private void begin() {
        established = false;
        failures = 0;
        closesToIgnore = 0;
        moveTo(new Joining());
        ChannelMachine before = topics.take(this);
        if (before != null) {
            // In version 1 nothing tells whose close it is that follows the reply to the new join.
            closesToIgnore = settings.serializer() == PhoenixSerializer.V1 ? 1 : 0;
            before.inbox.execute(before::onReplaced);
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
        join = started;
        streams.joining();
        started.send(
                Mono.defer(() -> options.joinParams(streams.seen())),
                settings,
                error -> onJoinFailed(started, error),
                () -> onJoinLimit(started));
    }

    /** The join could not be made. When that is for want of the session, its end will be known in a moment. */
    private void onJoinFailed(Join failed, Throwable error) {
        if (join == failed && state instanceof Joining && failed.session.receiving()) {
            notJoined(error);
        }
    }

    private void onJoinLimit(Join late) {
        if (join == late && state instanceof Joining) {
            abandon();
            errored(tooLate());
        }
    }

    private TimeLimitException tooLate() {
        return new TimeLimitException("join of " + topic, settings.joinTimeout());
    }

    private void abandon() {
        if (join != null) {
            join.abandon();
        }
    }

    private void onJoinReply(Join current, PhoenixMessage message) {
        if (!(state instanceof Joining)) {
            return;
        }
        Reply reply;
        try {
            reply = message.reply().orElseThrow();
        } catch (DecodeException e) {
            abandon();
            notJoined(e);
            return;
        }
        if (reply.isOk()) {
            current.settle();
            joined(current, new JoinReply(reply.response()));
        } else if (JoinRefusedException.reason(reply).equals(JOIN_CRASHED)) {
            errored(new ChannelCrashedException(topic));
        } else {
            notJoined(new JoinRefusedException(topic, reply));
        }
    }

    private void joined(Join current, JoinReply reply) {
        established = true;
        failures = 0;
        lastDelay = Duration.ZERO;
        streams.delivering();
        moveTo(new Joined(reply));
        pushes.sendWaiting(current);
        callers.succeed(reply);
    }

    private void notJoined(Throwable error) {
        if (established) {
            errored(error);
        } else {
            close(CloseReason.REFUSED, error);
        }
    }

    // ---- What arrives

    /** @param batch the messages that come together with this one; {@code null} for one by itself */
    void onMessage(PhoenixSession from, PhoenixMessage message, @Nullable Batch batch) {
        Join current = join;
        boolean reply = message.event().equals(PhoenixMessage.REPLY);
        boolean wanted = current != null && (reply ? onReply(current, from, message) : current.owns(from, message));
        if (!wanted) {
            topics.unwanted(from, message);
        } else if (!reply) {
            switch (message.event()) {
                case PhoenixMessage.ERROR -> onCrash(message);
                case PhoenixMessage.CLOSE -> onClose(message);
                default -> {
                    streams.deliver(message, batch);
                    if (state instanceof Joining) {
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
        if (ref.equals(leaveRef)) {
            onLeft();
            return true;
        }
        return pushes.answer(ref, message);
    }

    private void onCrash(PhoenixMessage message) {
        if (state instanceof Leaving) {
            onLeft();
        } else if (message.joinRef() != null || state instanceof Joined) {
            errored(new ChannelCrashedException(topic));
        }
    }

    private void onClose(PhoenixMessage message) {
        if (state instanceof Leaving) {
            onLeft();
        } else if (message.joinRef() != null || (state instanceof Joined && closesToIgnore-- <= 0)) {
            close(CloseReason.CLOSED_BY_SERVER, null);
        }
    }

    // ---- The connection

    void onSessionOpened(PhoenixSession opened) {
        boolean wanted = state instanceof Joining || state instanceof Errored;
        if (wanted && (join == null || join.session != opened) && opened.receiving()) {
            failures = 0;
            lastDelay = Duration.ZERO;
            rejoin();
        }
    }

    void onSessionEnded(PhoenixSession ended, Throwable cause) {
        closesToIgnore = 0;
        if (state instanceof Leaving) {
            onLeft();
        } else if (state instanceof Errored || (join != null && join.session == ended)) {
            disconnected(cause);
        }
    }

    void onConnectionFailed(Throwable cause) {
        if (state instanceof Leaving) {
            onLeft();
        } else if (!(state instanceof Closed)) {
            disconnected(cause);
            callers.fail(cause);
            pushes.failWaiting(push -> cause);
            streams.fail(cause);
        }
    }

    /** Another channel has taken the topic. */
    private void onReplaced() {
        if (!(state instanceof Closed)) {
            close(CloseReason.REPLACED, null);
        }
    }

    void onSocketClosed() {
        if (!(state instanceof Closed)) {
            callers.fail(new RuntimeClosedException());
            close(CloseReason.SOCKET_CLOSED, null);
        }
        streams.complete();
        states.complete();
    }

    // ---- Endings

    /** Not joined although the session lives: joined again after a delay. Whoever waits for this join learns why. */
    private void errored(Throwable cause) {
        endJoin();
        Duration delay = settings.rejoinDelays().delay(failures, lastDelay, settings.random());
        failures++;
        lastDelay = delay;
        moveTo(new Errored(failures, delay, cause));
        after(delay, this::rejoin);
        pushes.failSent(push -> cause);
        callers.fail(cause);
    }

    /** Joined again when a session opens. Callers go on waiting, for their own limit. */
    private void disconnected(Throwable cause) {
        endJoin();
        timer.update(Disposables.disposed());
        moveTo(new Errored(1, Duration.ZERO, cause));
        pushes.failSent(push -> new SessionEndedException(pushes.name(push), cause));
    }

    private void rejoin() {
        if ((state instanceof Joining || state instanceof Errored) && topics.session() != null) {
            timer.update(Disposables.disposed());
            moveTo(new Joining());
            join();
        }
    }

    /** The current join is over. Whoever hears of it afterwards finds the state changed. */
    private void endJoin() {
        Join ended = join;
        if (ended != null) {
            join = null;
            leaveRef = null;
            ended.settle();
            streams.interrupted(ended.session.lastSignOfLife());
        }
    }

    private void close(CloseReason reason, @Nullable Throwable cause) {
        Throwable error = cause == null ? new ChannelClosedException(topic, reason) : cause;
        boolean again = state instanceof Leaving && reason == CloseReason.LEFT && !callers.isEmpty();
        topics.remove(this);
        timer.update(Disposables.disposed());
        endJoin();
        moveTo(new Closed(reason, cause));
        pushes.failSent(push -> error);
        pushes.failWaiting(push -> error);
        pushes.stop();
        streams.end(reason == CloseReason.LEFT || reason == CloseReason.SOCKET_CLOSED ? null : error);
        List<MonoSink<Void>> left = List.copyOf(leavers);
        leavers.clear();
        left.forEach(Outcomes::complete);
        if (again) {
            begin(); // somebody has asked to join while it was being left
        } else {
            callers.fail(error);
        }
    }

    private void after(Duration delay, Runnable task) {
        timer.update(settings.timer().schedule(() -> inbox.execute(task), delay.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void moveTo(ChannelState next) {
        if (!next.equals(state)) {
            state = next;
            log.debug("{}: {}", topic, next.name());
            states.next(next);
        }
    }
}
