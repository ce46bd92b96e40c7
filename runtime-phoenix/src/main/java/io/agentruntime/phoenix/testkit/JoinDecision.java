package io.agentruntime.phoenix.testkit;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The answer to a join. What a response is made of is anything Jackson writes. */
public sealed interface JoinDecision {

    /** Accepted or refused. */
    record Decided(boolean accepted, @Nullable Object response) implements JoinDecision {}

    /** Decided later; the whole connection waits, heartbeats included, as it does at a real server. */
    record Later(Mono<JoinDecision> join) implements JoinDecision {}

    /** The channel crashes: {@code join crashed}. So does one whose handler throws. */
    record Crash() implements JoinDecision {}

    /** Accepted with an empty response. */
    static JoinDecision ok() {
        return ok(Map.of());
    }

    /** Accepted. */
    static JoinDecision ok(@Nullable Object response) {
        return new Decided(true, response);
    }

    /** Refused. */
    static JoinDecision error(@Nullable Object response) {
        return new Decided(false, response);
    }

    /** Refused with {@code {"reason": reason}}. */
    static JoinDecision error(String reason) {
        return error(Map.of("reason", reason));
    }

    /** Decided when this completes; an error, or nothing, is a crash. */
    static JoinDecision later(Mono<JoinDecision> join) {
        return new Later(join);
    }

    /** Accepted after a while of the channel's own time. */
    static JoinDecision slow(ServerChannel channel, Duration delay) {
        return later(Mono.delay(delay, channel.scheduler()).thenReturn(ok()));
    }

    /** Crashes. */
    static JoinDecision crash() {
        return new Crash();
    }
}
