package io.agentruntime.phoenix.testkit;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The answer to a join. What a response is made of is anything Jackson writes. */
public sealed interface Join {

    /** Accepted or refused. */
    record Decided(boolean accepted, @Nullable Object response) implements Join {}

    /** Decided later; the whole connection waits, heartbeats included, as it does at a real server. */
    record Later(Mono<Join> join) implements Join {}

    /** The channel crashes: {@code join crashed}. So does one whose handler throws. */
    record Crash() implements Join {}

    /** Accepted with an empty response. */
    static Join ok() {
        return ok(Map.of());
    }

    /** Accepted. */
    static Join ok(@Nullable Object response) {
        return new Decided(true, response);
    }

    /** Refused. */
    static Join error(@Nullable Object response) {
        return new Decided(false, response);
    }

    /** Refused with {@code {"reason": reason}}. */
    static Join error(String reason) {
        return error(Map.of("reason", reason));
    }

    /** Decided when this completes; an error, or nothing, is a crash. */
    static Join later(Mono<Join> join) {
        return new Later(join);
    }

    /** Accepted after a while of the channel's own time. */
    static Join slow(ServerChannel channel, Duration delay) {
        return later(Mono.delay(delay, channel.scheduler()).thenReturn(ok()));
    }

    /** Crashes. */
    static Join crash() {
        return new Crash();
    }
}
