package io.agentruntime.phoenix.longpoll;

import io.agentruntime.http.HttpReply;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.net.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server says to one request. The HTTP status is 200 where the server is Phoenix; its own is in the body.
 *
 * @param status Phoenix' status, or that of HTTP where somebody else answers
 * @param token the session's token, where the body has one
 * @param messages the messages, each a JSON string
 * @param retryAfter when to come back, where the answer says so
 */
record Answer(
        int status,
        @Nullable String token,
        List<JsonPayload> messages,
        @Nullable Duration retryAfter) {

    static final int OK = 200;
    static final int NO_CONTENT = 204;
    static final int FORBIDDEN = 403;
    static final int GONE = 410;

    /** Errors: {@link io.agentruntime.error.DecodeException}. */
    static Answer read(JsonCodec json, String what, HttpReply reply, Instant now) {
        Duration retryAfter =
                RetryAfter.parse(reply.header("retry-after").orElse(null), now).orElse(null);
        if (reply.status() != OK) {
            return new Answer(reply.status(), null, List.of(), retryAfter);
        }
        JsonPayload body = json.payload(what, reply.body());
        int status = body.field("status").map(field -> field.as(Integer.class)).orElse(OK);
        return new Answer(
                status,
                body.string("token"),
                body.field("messages").map(JsonPayload::elements).orElse(List.of()),
                retryAfter);
    }

    /** Without token and messages, for they are private. */
    @Override
    public String toString() {
        return "Answer[" + status + ", " + messages.size() + " messages]";
    }
}
