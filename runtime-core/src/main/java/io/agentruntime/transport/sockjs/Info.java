package io.agentruntime.transport.sockjs;

import io.agentruntime.http.HttpReply;
import io.agentruntime.json.JsonCodec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a service says about itself at {@code /info}.
 *
 * @param webSocket whether it takes WebSockets
 * @param baseUrl where it wants its sessions, {@code null} for right there
 * @param roundTrip how long the answer took
 */
record Info(boolean webSocket, @Nullable String baseUrl, Duration roundTrip) {

    /** What holds when it was not asked: as slow as can be. */
    static final Info UNKNOWN = new Info(true, null, Duration.ofDays(1));

    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration MARGIN = Duration.ofMillis(300);

    /** Reads an answer with status 200; fails with a {@link io.agentruntime.error.DecodeException}. */
    static Info read(HttpReply reply, Duration roundTrip) {
        JsonNode info =
                JsonCodec.create().payload("answer to GET /info", reply.body()).tree();
        JsonNode base = info.path("base_url");
        return new Info(info.path("websocket").asBoolean(true), base.isString() ? base.stringValue() : null, roundTrip);
    }

    /** The time-out of one round trip, by the same rule as SockJS' own client. */
    private Duration retransmissionTimeout() {
        return roundTrip.compareTo(SHORT) > 0 ? roundTrip.multipliedBy(4) : roundTrip.plus(MARGIN);
    }

    /** What a transport gets to open: two round trips, within the bounds of the options. */
    Duration openLimit(SockJsOptions options) {
        Duration two = retransmissionTimeout().multipliedBy(2);
        if (two.compareTo(options.maxOpenTimeout()) > 0) {
            return options.maxOpenTimeout();
        }
        return two.compareTo(options.minOpenTimeout()) < 0 ? options.minOpenTimeout() : two;
    }
}
