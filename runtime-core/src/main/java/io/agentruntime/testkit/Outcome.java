package io.agentruntime.testkit;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What becomes of an HTTP request. */
sealed interface Outcome {

    /** An answer, whole. */
    record Answer(int status, Map<String, String> headers, byte[] body) implements Outcome {

        static Answer json(int status, Object body) {
            return new Answer(status, Map.of(), Json.bytes(body));
        }

        static Answer error(int status, String error, @Nullable String message) {
            return json(
                    status,
                    message == null ? Json.object("error", error) : Json.object("error", error, "message", message));
        }

        Answer with(Map<String, String> moreHeaders) {
            return new Answer(status, moreHeaders, body);
        }

        /** Without the body, which may hold a ticket. */
        @Override
        public String toString() {
            return "HTTP " + status;
        }
    }

    /** The connection breaks in the middle of this answer. */
    record Torn(Answer answer) implements Outcome {}

    /** The connection is closed without a byte of an answer. */
    record HangUp() implements Outcome {}
}
