package io.agentruntime.testkit.server;

import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Sinks;

/** One answer by which a client of a SockJS session over HTTP receives. Everything here happens inside a change. */
final class SockJsAnswer {

    /** How frames are put into an answer, what stands before them, and after how many characters it ends. */
    enum Kind {
        XHR("application/javascript; charset=UTF-8", ""),
        XHR_STREAMING("application/javascript; charset=UTF-8", "h".repeat(2048) + "\n"),
        EVENTSOURCE("text/event-stream", "\r\n");

        final String contentType;
        final String prelude;

        Kind(String contentType, String prelude) {
            this.contentType = contentType;
            this.prelude = prelude;
        }

        String wrap(String frame) {
            return this == EVENTSOURCE ? "data: " + SockJsFrames.escapedForEvents(frame) + "\r\n\r\n" : frame + "\n";
        }
    }

    private final Confined confined;
    private final Kind kind;
    private final Sinks.Many<byte[]> body = Sinks.many().unicast().onBackpressureBuffer();
    private final int limit;
    private @Nullable SockJsSession session;
    private int size;
    private boolean over;

    SockJsAnswer(Confined confined, Kind kind, SockJsSettings settings) {
        this.confined = confined;
        this.kind = kind;
        this.limit = kind == Kind.XHR ? 1 : settings.responseLimit();
        if (!kind.prelude.isEmpty()) {
            emit(kind.prelude.getBytes(StandardCharsets.UTF_8), 1);
        }
    }

    /** The answer as the face sends it. */
    HttpOutcome outcome(Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("content-type", kind.contentType);
        return new HttpOutcome.Streamed(200, all, body.asFlux().doOnCancel(() -> confined.run(this::aborted)));
    }

    void belongsTo(@Nullable SockJsSession owner) {
        session = owner;
    }

    /** Sends a frame in so many pieces. That may have been the last one. */
    void frame(String frame, int parts) {
        if (over) {
            return;
        }
        String wrapped = kind.wrap(frame);
        emit(wrapped.getBytes(StandardCharsets.UTF_8), parts);
        size += wrapped.length();
        if (size >= limit) {
            end();
        }
    }

    void raw(byte[] bytes) {
        if (!over) {
            emit(bytes, 1);
        }
    }

    private void emit(byte[] bytes, int parts) {
        int length = Math.max(1, (bytes.length + parts - 1) / parts);
        for (int from = 0; from < bytes.length; from += length) {
            byte[] piece = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + length));
            confined.effect(() -> body.tryEmitNext(piece));
        }
    }

    /** Ends in good order; the session waits for the next one. */
    void end() {
        if (!over) {
            over = true;
            confined.effect(body::tryEmitComplete);
            if (session != null) {
                session.unregister(true);
            }
        }
    }

    /** Breaks the connection. */
    void tear() {
        if (!over) {
            over = true;
            confined.effect(() -> body.tryEmitError(new EOFException("cut")));
        }
    }

    private void aborted() {
        if (!over) {
            over = true;
            if (session != null) {
                session.unregister(false);
            }
        }
    }
}
