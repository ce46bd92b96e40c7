package io.agentruntime.examples.bench.flood;

import io.agentruntime.examples.bench.load.Client;
import io.agentruntime.examples.bench.load.Tally;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.Telemetry;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Flux;

/** This library: messages as objects, the default scheduler, the policy that loses nothing; or another type wanted. */
final class OurClient implements Client {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final boolean filtered;
    private final NookplotRuntime runtime;
    private volatile Tally round = new Tally(0);

    /**
     * @param filtered whether it subscribes to another type than the one that comes
     * @param telemetry what it is watched by
     */
    OurClient(boolean filtered, Telemetry telemetry, int port) {
        this.filtered = filtered;
        this.runtime = NookplotRuntime.builder()
                .gatewayUrl("http://127.0.0.1:" + port)
                .apiKey("nk_flood")
                .autoSubscribe(false)
                .telemetry(telemetry)
                .build();
    }

    private record End(int count) {}

    @Override
    public void open() {
        StreamOptions options = StreamOptions.of(OverflowPolicy.BACKPRESSURE);
        Flux<?> stream = filtered
                ? runtime.events().type(Events.END_TYPE, End.class, options).doOnNext(end -> round.end(end.count()))
                : runtime.channels()
                        .messages(Events.CHANNEL, options)
                        .doOnNext(message -> round.event(message.content()));
        stream.subscribe(event -> {}, error -> error.printStackTrace(System.out));
        runtime.errors().subscribe(error -> System.out.println("error: " + error));
        runtime.connect().then(runtime.channels().subscribe(Events.CHANNEL)).block(LIMIT);
    }

    @Override
    public void start(Tally next) {
        round = next;
        runtime.connection()
                .sendWs(Map.of("type", FloodServer.START_TYPE, "end", filtered))
                .block(LIMIT);
    }

    @Override
    public boolean readsContent() {
        return !filtered;
    }

    @Override
    public void close() {
        runtime.close().block(LIMIT);
    }
}
