package io.agentruntime.testkit;

import io.agentruntime.http.HttpReply;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer to an HTTP call, JSON. */
record Answer(int status, Map<String, String> headers, byte[] body) {

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

    HttpReply reply() {
        Map<String, String> all = new HashMap<>(headers);
        all.put("content-type", "application/json; charset=utf-8");
        return new HttpReply(status, all, body);
    }

    /** Without the body, which may hold a ticket. */
    @Override
    public String toString() {
        return "HTTP " + status;
    }
}
