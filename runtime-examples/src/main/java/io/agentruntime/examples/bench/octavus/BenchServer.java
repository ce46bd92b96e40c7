package io.agentruntime.examples.bench.octavus;

import io.agentruntime.examples.bench.Parent;
import io.agentruntime.examples.bench.Report;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServer;
import io.agentruntime.testkit.octavus.Say;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The server of the benchmark, in a process of its own: an agent that talks for so many pieces of text. */
final class BenchServer {

    private BenchServer() {}

    public static void main(String[] args) {
        int deltas = Integer.parseInt(args[0]);
        EmbeddedOctavusServer server = EmbeddedOctavusServer.builder()
                .recordLimit(0)
                .agent(turn -> Flux.concat(
                        Mono.just(Say.start(turn)),
                        Mono.just(Say.event("text-start", "id", "text")),
                        Flux.range(0, deltas).map(i -> Say.delta("text", "word" + (i % 10) + " ")),
                        Mono.just(Say.event("text-end", "id", "text")),
                        Mono.just(Say.finish(turn, "stop"))))
                .start()
                .blockOptional()
                .orElseThrow();
        Report.of("listening").with("url", server.socketUrl()).send();
        Parent.obey(line -> {});
    }
}
