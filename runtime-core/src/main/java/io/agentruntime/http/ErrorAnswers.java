package io.agentruntime.http;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.net.RetryAfter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Makes typed errors of answers with an error status. Never fails, whatever the body is. */
final class ErrorAnswers {

    private static final int MAX_TEXT = 300;

    private ErrorAnswers() {}

    /** @param now this side's clock, used where the answer does not tell the server's */
    static HttpStatusException toException(JsonCodec codec, HttpCall call, HttpReply reply, Instant now) {
        JsonPayload body = json(codec, reply);
        Duration retryAfter = RetryAfter.parse(reply.header("retry-after").orElse(null), date(reply, now))
                .orElse(null);
        return HttpStatusException.of(
                reply.status(), call.method(), call.path(), text(body, "error"), text(body, "message"), retryAfter);
    }

    private static @Nullable JsonPayload json(JsonCodec codec, HttpReply reply) {
        try {
            return codec.payload("error answer", reply.body());
        } catch (DecodeException e) {
            return null;
        }
    }

    /** Bounded, on one line: it goes into messages and logs. */
    private static @Nullable String text(@Nullable JsonPayload body, String field) {
        String text = body == null ? null : body.string(field);
        if (text == null || text.isBlank()) {
            return null;
        }
        StringBuilder bounded = new StringBuilder();
        text.codePoints()
                .limit(MAX_TEXT)
                .map(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c)
                .forEach(bounded::appendCodePoint);
        return bounded.toString();
    }

    /** The clock that the server wrote a date in {@code Retry-After} by: clocks of agents are often wrong. */
    private static Instant date(HttpReply reply, Instant now) {
        try {
            return reply.header("date")
                    .map(date -> ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant())
                    .orElse(now);
        } catch (DateTimeException e) {
            return now;
        }
    }
}
