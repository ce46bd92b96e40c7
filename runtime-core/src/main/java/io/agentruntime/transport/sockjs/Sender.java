package io.agentruntime.transport.sockjs;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.SessionLostException;
import io.agentruntime.http.HttpReply;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;

/**
 * The sending half of a session over HTTP: messages are collected while a {@code POST} is under way, and go out with the
 * next, one at a time, each once. What became of a {@code POST} whose answer is lost nobody knows, so that is the end.
 *
 * <p>Everything here runs on the pipe's thread.
 */
final class Sender {

    /** What becomes of the requests. */
    interface Handler {

        /** The server has taken them, and there is room for more. */
        void sent();

        /** What became of them is unknown, or they were refused. */
        void notSent(Throwable error);
    }

    private static final byte[] NOTHING = {'[', ']'};

    private final Function<byte[], Mono<HttpReply>> post;
    private final Executor thread;
    private final int enough;
    private final Handler handler;
    private @Nullable Batch batch;
    private boolean posting;
    private final Disposable.Swap request = Disposables.swap();

    /**
     * @param post sends an array of messages
     * @param thread the pipe's thread
     * @param enough bytes at which a batch takes no more messages
     */
    Sender(Function<byte[], Mono<HttpReply>> post, Executor thread, int enough, Handler handler) {
        this.post = post;
        this.thread = thread;
        this.enough = enough;
        this.handler = handler;
    }

    boolean isPosting() {
        return posting;
    }

    /** Whether the next request takes another message. */
    boolean hasRoom() {
        Batch collected = batch;
        return !posting && (collected == null || collected.size() < enough);
    }

    /** Adds a message, UTF-8, to the next request. */
    void add(ByteBuf text) {
        Batch collected = batch;
        if (collected == null) {
            collected = new Batch();
            batch = collected;
        }
        collected.add(text);
    }

    /** Sends what was added. */
    void flush() {
        Batch collected = batch;
        if (collected != null) {
            batch = null;
            post(collected.toByteArray());
        }
    }

    /** Asks the server for an answer by sending no message; one that is under way will do as well. */
    void ping() {
        if (!posting) {
            post(NOTHING);
        }
    }

    void stop() {
        request.dispose();
    }

    private void post(byte[] messages) {
        posting = true;
        // As a value, so that an error that comes after stop() is not logged as a dropped one.
        request.update(post.apply(messages).materialize().subscribe(outcome -> thread.execute(() -> ended(outcome))));
    }

    private void ended(Signal<HttpReply> outcome) {
        HttpReply reply = outcome.get();
        if (reply != null) {
            answered(reply);
        } else {
            Throwable error = outcome.getThrowable();
            handler.notSent(error == null ? new IllegalStateException("An exchange without an answer") : error);
        }
    }

    private void answered(HttpReply reply) {
        posting = false;
        int status = reply.status();
        if (status >= 200 && status < 300) {
            handler.sent();
        } else if (status == 404) {
            handler.notSent(new SessionLostException("it does not know it any more"));
        } else {
            handler.notSent(new ConnectionLostException(
                    CloseStatus.ABNORMAL, "", HttpStatusException.of(status, "POST", "/xhr_send", null, null, null)));
        }
    }

    /** Messages as an array of JSON strings. */
    private static final class Batch extends ByteArrayOutputStream {

        void add(ByteBuf text) {
            write(size() == 0 ? '[' : ',');
            JsonString.write(text, this);
        }

        @Override
        public synchronized byte[] toByteArray() {
            write(']');
            return super.toByteArray();
        }
    }
}
