package io.agentruntime.testkit.server;

import io.agentruntime.http.HttpReply;
import java.util.Map;
import reactor.core.publisher.Flux;

/** What becomes of an HTTP request. */
public sealed interface HttpOutcome {

    /** An answer, whole. */
    record Whole(HttpReply reply) implements HttpOutcome {}

    /**
     * A head at once, and a body that comes chunk by chunk, each sent as it comes. The body is subscribed outside the
     * books; its end ends the answer, its error breaks the connection, and it is cancelled when the client has gone.
     */
    record Streamed(int status, Map<String, String> headers, Flux<byte[]> body) implements HttpOutcome {}

    /** The connection breaks in the middle of this answer. */
    record Torn(HttpReply reply) implements HttpOutcome {}

    /** The connection is closed without a byte of an answer. */
    record HangUp() implements HttpOutcome {}
}
