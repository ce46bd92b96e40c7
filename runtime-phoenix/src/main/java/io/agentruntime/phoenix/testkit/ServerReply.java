package io.agentruntime.phoenix.testkit;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** What a channel does about a push. What a response is made of is anything Jackson writes, or {@code byte[]}. */
public sealed interface ServerReply {

    /** A reply. */
    record Answer(String status, @Nullable Object response) implements ServerReply {}

    /** No reply, now or ever. */
    record None() implements ServerReply {}

    /** Decided later; the channel goes on meanwhile. */
    record Later(Mono<ServerReply> reply) implements ServerReply {}

    /** The channel crashes: {@code phx_error}, no reply. So does one whose handler throws. */
    record Crash() implements ServerReply {}

    /** The channel stops: the reply, where there is one, then {@code phx_close}. */
    record Stop(ServerReply first) implements ServerReply {}

    /** {@code ok} with an empty response. */
    static ServerReply ok() {
        return ok(Map.of());
    }

    /** {@code ok}. */
    static ServerReply ok(@Nullable Object response) {
        return of("ok", response);
    }

    /** {@code error}. */
    static ServerReply error(@Nullable Object response) {
        return of("error", response);
    }

    /** Any status, any response, {@code null} among them. */
    static ServerReply of(String status, @Nullable Object response) {
        return new Answer(status, response);
    }

    /** No reply. */
    static ServerReply none() {
        return new None();
    }

    /** What this completes with; nothing is no reply, an error is a crash. */
    static ServerReply later(Mono<ServerReply> reply) {
        return new Later(reply);
    }

    /** Crashes. */
    static ServerReply crash() {
        return new Crash();
    }

    /** Stops without a reply. */
    static ServerReply stop() {
        return new Stop(none());
    }

    /** Replies and stops. */
    static ServerReply stop(ServerReply first) {
        return new Stop(first);
    }
}
