package io.agentruntime.octavus;

import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.octavus.AgentScript;
import io.agentruntime.testkit.octavus.AgentTurn;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServer;
import io.agentruntime.testkit.octavus.Say;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A server in memory and a transport, all on one virtual clock. */
class MemoryScenario {

    final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    final EmbeddedOctavusServer server = EmbeddedOctavusServer.inMemory(time);

    /** What a publisher has signalled so far. */
    static final class Seen<T> {
        final List<T> values = new ArrayList<>();

        @Nullable
        Throwable error;

        boolean completed;

        T last() {
            return values.get(values.size() - 1);
        }

        boolean ended() {
            return completed || error != null;
        }
    }

    OctavusSocketTransport transport() {
        return transport(options -> options);
    }

    OctavusSocketTransport transport(UnaryOperator<OctavusSocketBuilder> options) {
        return options.apply(OctavusTransport.socket(server.socketUrl())
                        .connector(server.pipes())
                        .timer(time)
                        .streams(StreamOptions.defaults().withDeliverOn(time)))
                .build();
    }

    <T> Seen<T> watch(Flux<T> flux) {
        Seen<T> seen = new Seen<>();
        flux.subscribe(seen.values::add, error -> seen.error = error, () -> seen.completed = true);
        return seen;
    }

    <T> Seen<T> watch(Mono<T> mono) {
        return watch(mono.flux());
    }

    void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    void pass() {
        pass(Duration.ofMillis(10));
    }

    /** An agent that says a word every 100 ms, each with the name of its trigger, until it has said ten. */
    AgentScript talker() {
        return turn -> Flux.concat(
                        Mono.just(Say.start(turn)),
                        Mono.just(Say.event("text-start", "id", "t")),
                        Flux.range(1, 10).map(word -> Say.delta("t", name(turn) + word + " ")),
                        Mono.just(Say.event("text-end", "id", "t")),
                        Mono.just(Say.finish(turn, "stop")))
                .delayElements(Duration.ofMillis(100), time);
    }

    static String name(AgentTurn turn) {
        return turn.isTrigger() ? String.valueOf(turn.triggerName()) : "continued";
    }

    static String text(Seen<StreamEvent> turn) {
        StringBuilder text = new StringBuilder();
        for (StreamEvent event : turn.values) {
            if (event instanceof StreamEvent.TextDelta delta) {
                text.append(delta.delta());
            }
        }
        return text.toString();
    }
}
