package io.agentruntime.transport;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.Liveness;
import io.agentruntime.connection.Liveness.Watch;
import io.agentruntime.connection.Session;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.LivenessTimeoutException;
import io.agentruntime.error.NotConnectedException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * What the sessions of every protocol have in common: one {@link Pipe}, its pulse, and one end that takes everything with it.
 *
 * <p>A session is made before its pipe opens, so that the pipe's listener can be given to it; {@link #attach} follows. It is
 * retired once, when its pipe ends or it begins to close, whichever comes first: from then on nothing that arrives counts.
 */
public abstract class PipeSession implements Session {

    private final Duration closeLimit;
    private final Disposable.Composite lifetime = Disposables.composite();
    private final Sinks.One<SessionEnd> end = Sinks.one();
    private final AtomicBoolean receiving = new AtomicBoolean(true);
    private final Liveness liveness;
    private final Mono<Void> closing =
            Mono.defer(() -> closePipe().then(farewell())).cache();
    private volatile @Nullable Pipe pipe;
    private volatile @Nullable Throwable givenUp;

    /** The peer's silence counts from its last sign of life. */
    protected PipeSession(Duration heartbeatInterval, Duration livenessTimeout, Duration closeLimit, Scheduler timer) {
        this(heartbeatInterval, livenessTimeout, Watch.SINCE_LAST_SIGN, closeLimit, timer);
    }

    /**
     * @param heartbeatInterval how often {@link #heartbeat} is called
     * @param livenessTimeout the longest silence of the peer before the pipe is cut
     * @param watch from when on the silence counts
     * @param closeLimit the longest wait for the peer's answer to a close frame
     * @param timer where these are kept
     */
    protected PipeSession(
            Duration heartbeatInterval, Duration livenessTimeout, Watch watch, Duration closeLimit, Scheduler timer) {
        this.closeLimit = closeLimit;
        this.liveness = new Liveness(heartbeatInterval, livenessTimeout, watch, timer, this::beat, this::onSilence);
        lifetime.add(liveness);
    }

    // ---- What a protocol adds

    /** Sends the protocol's heartbeat, or a ping where heartbeats are not acknowledged, or both. */
    protected abstract void heartbeat(Pipe open);

    /** Called once when the session stops receiving: whoever waits for something from it now waits in vain. */
    protected abstract void onRetired(Throwable cause);

    /** The peer was silent for too long; default {@link #abort}. */
    protected void onSilence(LivenessTimeoutException cause) {
        abort(cause);
    }

    /** What this side says when it closes the pipe; default {@code 1000}, {@code client disconnect}. */
    protected CloseStatus closeStatus() {
        return new CloseStatus(CloseStatus.NORMAL, "client disconnect");
    }

    /** What is left to tell the peer after {@link #close()} has closed the pipe; default nothing. */
    protected Mono<Void> farewell() {
        return Mono.empty();
    }

    // ---- From its opening to its end

    /** The pipe is open. What it has read so far is here already. */
    public final void attach(Pipe opened) {
        pipe = opened;
        liveness.start();
        opened.ended().subscribe(this::pipeEnded);
    }

    private void pipeEnded(SessionEnd how) {
        Throwable cause = givenUp;
        SessionEnd end = cause == null ? how : new SessionEnd(how.initiator(), how.status(), cause);
        retire(end.toError());
        this.end.tryEmitValue(end);
    }

    private void retire(Throwable cause) {
        if (receiving.compareAndSet(true, false)) {
            lifetime.dispose();
            onRetired(cause);
        }
    }

    /** What has to end with this session; at once when it has ended. */
    public final void onEnd(Disposable resource) {
        lifetime.add(resource);
    }

    /** Whether what arrives still counts. */
    public final boolean receiving() {
        return receiving.get();
    }

    /** Something arrived; to be called for every frame. */
    public final void signOfLife() {
        liveness.signOfLife();
    }

    /** When something last arrived. */
    public final Instant lastSignOfLife() {
        return liveness.lastSignOfLife();
    }

    private void beat() {
        Pipe open = pipe;
        if (open != null) {
            heartbeat(open);
        }
    }

    /** Cuts the pipe at once; {@link #ended()} then names {@code cause}. */
    public final void abort(Throwable cause) {
        Pipe open = pipe;
        if (open != null) {
            open.abort(cause);
        }
    }

    /** Tells a peer that does not answer why this side goes, and cuts the pipe; {@link #ended()} then names {@code cause}. */
    protected final void giveUp(CloseStatus status, Throwable cause) {
        Pipe open = pipe;
        if (open != null) {
            givenUp = cause;
            open.close(status.code(), status.reason(), Duration.ZERO).subscribe();
        }
    }

    /** Closes the pipe in good order, and tells the peer nothing more. Never fails. */
    public final Mono<Void> closePipe() {
        return Mono.defer(() -> {
            retire(new DisconnectedException("The session"));
            Pipe open = pipe;
            CloseStatus status = closeStatus();
            return open == null ? Mono.empty() : open.close(status.code(), status.reason(), closeLimit);
        });
    }

    // ---- What is asked of it

    /** Sends a message. Completes when it was handed to the socket. Errors: {@link NotConnectedException}, {@link Pipe#send}'s. */
    public final Mono<Void> send(OutboundMessage message) {
        return Mono.defer(() -> {
            Pipe open = pipe;
            return open == null ? Mono.error(new NotConnectedException("connecting")) : open.send(message);
        });
    }

    /** Stops or resumes reading, as {@link Pipe#reading(BooleanSupplier)} does; while it is stopped silence proves nothing. */
    public final void reading(BooleanSupplier wanted) {
        Pipe open = pipe;
        if (open != null) {
            open.reading(() -> {
                boolean on = wanted.getAsBoolean();
                liveness.reading(on);
                return on;
            });
        }
    }

    /** {@code step}, or the error with which the session ends before it does. */
    public final <T> Mono<T> orEnd(Mono<T> step) {
        return Mono.firstWithSignal(step, ended().flatMap(how -> Mono.error(how.toError())));
    }

    @Override
    public final Mono<SessionEnd> ended() {
        return end.asMono();
    }

    @Override
    public final Mono<Void> close() {
        return closing;
    }

    @Override
    public final Mono<Void> flushed() {
        Pipe open = pipe;
        return open == null ? Mono.empty() : open.flushed();
    }
}
