package io.agentruntime.octavus;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.ServerSentEvent;
import io.agentruntime.http.ServerSentEvents;
import io.agentruntime.http.StreamHead;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.net.RetryAfter;
import io.agentruntime.octavus.StreamEvent.Aborted;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.telemetry.Operation;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Turns over HTTP: each is one {@code POST}, whose answer is a stream of server-sent events; stopping it aborts the request.
 * A turn is over at its {@code finish} or {@code error}; the rest of the answer is read then, for 2 s at most, so that the
 * connection can carry the next one.
 *
 * <pre>{@code
 * OctavusHttpTransport transport = OctavusTransport.http("https://example.com/api/agent").sessionId("...").build();
 * transport.trigger("user-message", Map.of("USER_MESSAGE", "Hello")).subscribe(event -> ...);
 * }</pre>
 *
 * <p>A turn reads from the network as fast as it is read itself. Besides the errors of {@link OctavusTransport} it ends with
 * {@link HttpStatusException}, {@link io.agentruntime.error.ConnectFailedException}, {@link
 * io.agentruntime.error.ConnectionLostException} and {@link io.agentruntime.error.OutcomeUnknownException}. Nothing is ever
 * sent twice.
 */
public final class OctavusHttpTransport implements OctavusTransport {

    private static final int MAX_ERROR_BYTES = 64 * 1024;

    private final HttpTransportSettings settings;
    private final EventReader reader;
    private final HotStream<StreamEvent.Custom> custom = new HotStream<>("custom events", null);
    private final HotStream<SessionReset> resets = new HotStream<>("session resets", null);
    private final HotStream<RuntimeClientException> errors = new HotStream<>("errors of octavus", null);
    private final AtomicReference<@Nullable Abort> running = new AtomicReference<>();
    private volatile boolean closed;

    /** How a turn is ended from here. */
    private static final class Abort {
        private final Sinks.One<StreamEvent> signal = Sinks.one();

        void with(Aborted.Reason reason) {
            signal.tryEmitValue(new Aborted(reason));
        }

        void with(Throwable error) {
            signal.tryEmitError(error);
        }

        /** The turn has come to its own end. */
        void overtaken() {
            signal.tryEmitEmpty();
        }
    }

    OctavusHttpTransport(HttpTransportSettings settings) {
        this.settings = settings;
        this.reader = new EventReader(settings.json());
        settings.telemetry().streams(custom.kind(), resets.kind(), errors.kind());
    }

    @Override
    public Flux<StreamEvent> trigger(String triggerName, @Nullable Map<String, ?> input) {
        return turn(
                new Operation.Push("trigger", triggerName, ""),
                "the turn of trigger '" + triggerName + "'",
                session -> ClientMessages.trigger(session, triggerName, input));
    }

    @Override
    public Flux<StreamEvent> continueWith(String executionId, List<ToolResult> results) {
        return turn(
                new Operation.Push("continue", "continue", ""),
                "the turn that continues execution " + executionId,
                session -> ClientMessages.continuation(session, executionId, results));
    }

    private Flux<StreamEvent> turn(Operation operation, String name, Function<String, Object> message) {
        Flux<StreamEvent> turn = Flux.defer(() -> {
            if (closed) {
                return Flux.error(new RuntimeClosedException());
            }
            Abort abort = new Abort();
            Flux<StreamEvent> answer = settings.sessionId()
                    .flatMapMany(session -> post(name, settings.json().encode(message.apply(session))))
                    .publishOn(settings.streams().deliverOn())
                    .takeUntilOther(abort.signal.asMono()) // whether or not anybody asks for what it emits
                    .doOnTerminate(abort::overtaken);
            Abort before = running.getAndSet(abort);
            if (before != null) {
                before.with(Aborted.Reason.REPLACED);
            }
            return Flux.merge(answer, abort.signal.asMono())
                    .takeUntil(event -> event instanceof StreamEvent.Finish || event instanceof Aborted)
                    .doFinally(signal -> running.compareAndSet(abort, null));
        });
        return settings.telemetry().observe(operation, turn, Aborted.class::isInstance);
    }

    private Flux<StreamEvent> post(String name, byte[] body) {
        HttpCall call = new HttpCall(
                "POST", settings.url(), settings.headers(), body, settings.responseTimeout(), MAX_ERROR_BYTES);
        Flux<StreamEvent> answer = settings.exchange().stream(
                call,
                settings.turnTimeout(),
                (head, chunks) -> head.status() / 100 == 2 ? events(name, chunks) : refused(call, head, chunks));
        return ReadOn.untilEnd(answer, OctavusHttpTransport::isEnd, settings.timer())
                .handle((event, sink) -> {
                    if (event instanceof StreamEvent.ErrorEvent failed) {
                        sink.error(new AgentErrorException(failed.error()));
                    } else {
                        sink.next(event);
                    }
                });
    }

    private static boolean isEnd(StreamEvent event) {
        return event instanceof StreamEvent.Finish || event instanceof StreamEvent.ErrorEvent;
    }

    /** Up to {@code finish} or {@code error}; what follows is read for the sake of the connection, which can be used again then. */
    private Flux<StreamEvent> events(String name, Flux<byte[]> chunks) {
        return Flux.defer(() -> {
            AtomicBoolean ended = new AtomicBoolean();
            return ServerSentEvents.decode(chunks, settings.maxEventBytes(), "maxEventBytes")
                    .<StreamEvent>handle((sent, sink) -> {
                        if (ended.get()) {
                            return;
                        }
                        if (isDone(sent)) {
                            sink.error(new SessionEndedException(name, null));
                            return;
                        }
                        StreamEvent event = reader.read(settings.json().payload("stream event", sent.data()));
                        ended.set(isEnd(event));
                        if (event instanceof StreamEvent.Custom other) {
                            custom.next(other);
                        } else {
                            sink.next(event);
                        }
                    })
                    .concatWith(Mono.defer(
                            () -> ended.get() ? Mono.empty() : Mono.error(new SessionEndedException(name, null))));
        });
    }

    private static boolean isDone(ServerSentEvent event) {
        return event.data().length == 6 && event.text().equals("[DONE]");
    }

    private Flux<StreamEvent> refused(HttpCall call, StreamHead head, Flux<byte[]> chunks) {
        Instant now = Instant.ofEpochMilli(settings.timer().now(TimeUnit.MILLISECONDS));
        Duration retryAfter =
                RetryAfter.parse(head.header("retry-after").orElse(null), now).orElse(null);
        return chunks.onErrorComplete() // what it says so far is good enough
                .collect(ByteArrayOutputStream::new, (all, chunk) -> {
                    if (all.size() < MAX_ERROR_BYTES) {
                        all.writeBytes(chunk);
                    }
                })
                .flatMapMany(body -> Flux.error(HttpStatusException.of(
                        head.status(),
                        call.method(),
                        call.path(),
                        text(body.toByteArray(), "error"),
                        text(body.toByteArray(), "message"),
                        retryAfter)));
    }

    private @Nullable String text(byte[] body, String field) {
        try {
            JsonPayload answer = settings.json().payload("error answer", body);
            String text = answer.string(field);
            return text == null ? null : text.substring(0, Math.min(text.length(), 300));
        } catch (DecodeException e) {
            return null;
        }
    }

    /** {@inheritDoc} The request is aborted, by which the server learns of it. */
    @Override
    public Mono<Void> stop() {
        return Mono.fromRunnable(() -> {
            Abort abort = running.get();
            if (abort != null) {
                abort.with(Aborted.Reason.STOPPED);
            }
        });
    }

    @Override
    public Flux<StreamEvent.Custom> customEvents() {
        return custom.flux(settings.streams());
    }

    @Override
    public Flux<SessionReset> sessionResets() {
        return resets.flux(settings.streams().withPolicy(OverflowPolicy.DROP_OLDEST));
    }

    @Override
    public Flux<RuntimeClientException> errors() {
        return errors.flux(settings.streams().withPolicy(OverflowPolicy.DROP_OLDEST));
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            closed = true;
            Abort abort = running.get();
            if (abort != null) {
                abort.with(new RuntimeClosedException());
            }
            custom.complete();
            resets.complete();
            errors.complete();
            settings.telemetry().close();
            return settings.releaseExchange();
        });
    }
}
