package io.agentruntime.examples.service;

import java.time.Duration;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Comments in a stream of server-sent events, which viewers do not see: what stands between does not take the stream for
 * dead when nothing happens, and a viewer that has gone without a word is found out.
 */
final class KeepAlive {

    static final Duration PERIOD = Duration.ofSeconds(15);

    private KeepAlive() {}

    /** The events as they come, and a comment every 15 s beside them, until the events end. */
    static Flux<ServerSentEvent<Object>> beside(Flux<ServerSentEvent<Object>> events, Scheduler timer) {
        Flux<ServerSentEvent<Object>> comments = Flux.interval(PERIOD, timer)
                .onBackpressureDrop()
                .map(tick -> ServerSentEvent.builder().comment("").build());
        return Flux.defer(() -> {
            Sinks.Empty<Void> over = Sinks.empty();
            // One at a time: what a slow viewer has not taken yet waits where the oldest is dropped.
            return Flux.mergeDelayError(
                    1, events.doOnTerminate(over::tryEmitEmpty), comments.takeUntilOther(over.asMono()));
        });
    }
}
