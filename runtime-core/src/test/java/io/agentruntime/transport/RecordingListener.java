package io.agentruntime.transport;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Keeps what a pipe received, as text. */
class RecordingListener implements PipeListener {

    final List<String> received = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    final AtomicInteger pongs = new AtomicInteger();
    private final Sinks.Many<String> events = Sinks.many().replay().all();

    @Override
    public void onText(ByteBuf payload) {
        add("text:" + payload.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void onBinary(ByteBuf payload) {
        add("binary:" + payload.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void onPong() {
        pongs.incrementAndGet();
        events.tryEmitNext("pong");
    }

    @Override
    public void onError(Throwable error) {
        errors.add(error);
        events.tryEmitNext("error:" + error.getClass().getSimpleName());
    }

    private void add(String message) {
        received.add(message);
        events.tryEmitNext(message);
    }

    /** Everything so far and from now on. */
    Flux<String> events() {
        return events.asFlux();
    }
}
