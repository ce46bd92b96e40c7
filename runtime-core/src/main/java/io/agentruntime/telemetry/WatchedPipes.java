package io.agentruntime.telemetry;

import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Opens pipes whose messages are counted, and whose pings are timed. */
final class WatchedPipes implements PipeConnector {

    private final PipeConnector connector;
    private final Recorder recorder;
    private final Scheduler clock;

    WatchedPipes(PipeConnector connector, Recorder recorder, Scheduler clock) {
        this.connector = connector;
        this.recorder = recorder;
        this.clock = clock;
    }

    @Override
    public Mono<Pipe> connect(PipeRequest request, PipeListener listener) {
        return Mono.defer(() -> {
            PingClock pings = new PingClock(recorder, clock);
            return connector
                    .connect(request, new WatchedListener(listener, recorder, pings))
                    .map(pipe -> new WatchedPipe(pipe, recorder, pings));
        });
    }
}
