package io.agentruntime.transport.sockjs;

import io.agentruntime.transport.PipeListener;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Keeps what a pipe received. */
class Received implements PipeListener {

    final List<String> messages = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    final AtomicInteger pongs = new AtomicInteger();
    volatile boolean throwing;
    private final Sinks.Many<String> events = Sinks.many().replay().all();

    @Override
    public void onText(ByteBuf payload) {
        String text = payload.toString(StandardCharsets.UTF_8);
        messages.add(text);
        events.tryEmitNext(text);
        if (throwing) {
            throw new IllegalStateException("a listener's mistake");
        }
    }

    @Override
    public void onBinary(ByteBuf payload) {
        messages.add("binary");
    }

    @Override
    public void onPong() {
        pongs.incrementAndGet();
        events.tryEmitNext("<pong>");
    }

    @Override
    public void onError(Throwable error) {
        errors.add(error);
        events.tryEmitNext("<error>");
    }

    /** Everything so far and from now on. */
    Flux<String> events() {
        return events.asFlux();
    }

    /** Waits for so many messages. */
    List<String> await(int count) {
        return events().filter(event -> !event.startsWith("<"))
                .take(count)
                .collectList()
                .block(EchoService.LIMIT);
    }

    void awaitEvent(String event) {
        events().filter(event::equals).next().block(EchoService.LIMIT);
    }
}
