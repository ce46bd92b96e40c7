package io.agentruntime.transport;

import io.agentruntime.connection.SessionEnd;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Mono;

/**
 * One open connection that carries text and binary messages both ways. A session owns exactly one.
 *
 * <p>Safe for use by many threads. Everything received goes to the {@link PipeListener} given when it was opened.
 */
public interface Pipe {

    /** The subprotocol the server chose; empty when there is none. */
    String subprotocol();

    /**
     * Sends one message, behind those queued before it (an urgent one ahead of all that are not).
     *
     * <p>Nothing happens before subscription. Completes when the message was handed to the socket. Cancelling before
     * that takes the message out of the queue. Errors: what the message's encoder throws; {@link
     * io.agentruntime.error.OutboundOverflowException} when the queue is full (an urgent message is never refused for
     * that); {@link io.agentruntime.error.DisconnectedException} when this side began to close the pipe, and {@link
     * io.agentruntime.error.ConnectionLostException} or the end's own cause when it has ended or ends in another way.
     */
    Mono<Void> send(OutboundMessage message);

    /**
     * Asks the peer for a sign of life ({@link PipeListener#onPong()}): by a WebSocket ping, as urgent as a message can be,
     * or by what the transport has instead. Does nothing once the pipe has ended.
     */
    void ping();

    /**
     * Stops or resumes reading from the peer. What had been read before may still arrive: at most one socket read.
     */
    void reading(boolean on);

    /**
     * The same where several threads have a say, to be called after each change: stops or resumes reading, as {@code wanted}
     * says when it is asked, if possible on the thread that reads. So a thread that is held up cannot undo what another one
     * has changed since.
     */
    default void reading(BooleanSupplier wanted) {
        boolean on;
        do {
            on = wanted.getAsBoolean();
            reading(on);
        } while (on != wanted.getAsBoolean());
    }

    /** Bytes accepted by {@link #send} and not yet handed to the socket. */
    long queuedBytes();

    /** Completes when everything queued at subscription was handed to the socket, or the pipe has ended. Never fails. */
    Mono<Void> flushed();

    /**
     * Closes in good order: a close frame (ahead of what is queued, which fails), a wait for the peer's answer of at most
     * {@code limit}, then the connection is cut. Completes when the pipe has ended. Idempotent: a second call waits for
     * the same end. Cancelling stops the waiting, not the closing. Never fails.
     */
    Mono<Void> close(int code, String reason, Duration limit);

    /** Cuts the connection at once, without a close frame; {@link #ended()} then names {@code cause}. Idempotent. */
    void abort(Throwable cause);

    /** Emits how the pipe ended, once, to each subscriber, also to one that comes later. Never fails. */
    Mono<SessionEnd> ended();
}
