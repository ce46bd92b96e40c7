package io.agentruntime.phoenix.testkit;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** What a channel does about a push. What a response is made of is anything Jackson writes, or {@code byte[]}. */
public sealed interface Reply {

    /** A reply. */
    record Answer(String status, @Nullable Object response) implements Reply {}

    /** No reply, now or ever. */
    record None() implements Reply {}

    /** Decided later; the channel goes on meanwhile. */
    record Later(Mono<Reply> reply) implements Reply {}

    /** The channel crashes: {@code phx_error}, no reply. So does one whose handler throws. */
    record Crash() implements Reply {}

    /** The channel stops: the reply, where there is one, then {@code phx_close}. */
    record Stop(Reply first) implements Reply {}

    /** {@code ok} with an empty response. */
    static Reply ok() {
        return ok(Map.of());
    }

    /** {@code ok}. */
    static Reply ok(@Nullable Object response) {
        return of("ok", response);
    }

    /** {@code error}. */
    static Reply error(@Nullable Object response) {
        return of("error", response);
    }

    /** Any status, any response, {@code null} among them. */
    static Reply of(String status, @Nullable Object response) {
        return new Answer(status, response);
    }

    /** No reply. */
    static Reply none() {
        return new None();
    }

    /** What this completes with; nothing is no reply, an error is a crash. */
    static Reply later(Mono<Reply> reply) {
        return new Later(reply);
    }

    /** Crashes. */
    static Reply crash() {
        return new Crash();
    }

    /** Stops without a reply. */
    static Reply stop() {
        return new Stop(none());
    }

    /** Replies and stops. */
    static Reply stop(Reply first) {
        return new Stop(first);
    }
}
