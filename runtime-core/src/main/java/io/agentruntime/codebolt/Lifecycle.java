package io.agentruntime.codebolt;

import io.agentruntime.error.TimeLimitException;
import io.agentruntime.stream.StreamOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** When the server says that the plugin begins, and when that it is to end. */
public final class Lifecycle {

    private static final String STOP_RESPONSE = "pluginStopResponse";

    private final CodeboltSettings settings;
    private final PluginHub hub;
    private final List<Supplier<? extends Mono<Void>>> handlers = new CopyOnWriteArrayList<>();

    Lifecycle(CodeboltSettings settings, PluginHub hub) {
        this.settings = settings;
        this.hub = hub;
    }

    /** {@link #starts(StreamOptions)} with the plugin's default options. */
    public Flux<PluginStart> starts() {
        return starts(settings.streams());
    }

    /**
     * What the server starts the plugin with: its manifest and configuration. The last one is kept for whoever subscribes
     * later; the server sends another one at each reconnect. Ends with an error when the connection is given up, completes
     * when the plugin is closed.
     */
    public Flux<PluginStart> starts(StreamOptions options) {
        return hub.starts(options);
    }

    /**
     * What is to be done when the server asks the plugin to stop. The server gets {@code pluginStopResponse}: success when
     * the handler's {@code Mono} completes; the message of its error, or that it took longer than {@code stopTimeout}.
     * Without a handler the answer is success. Several handlers run side by side, and the first error is the answer.
     *
     * <p>The plugin stays connected: the server ends the process with {@code SIGTERM} next, so leave closing to {@link
     * io.agentruntime.runner.PluginRunner}.
     *
     * @param handler subscribed at each request to stop, off the event loop when {@code streams} says so
     * @return dispose to take the handler back
     */
    public Disposable onStop(Supplier<? extends Mono<Void>> handler) {
        handlers.add(handler);
        return () -> handlers.remove(handler);
    }

    /** @param requestId the request's id, where it has one */
    void stop(CodeboltSession session, @Nullable String requestId) {
        Mono<Void> stopping = Flux.fromIterable(handlers)
                .flatMapDelayError(
                        handler -> Mono.<Void>defer(handler)
                                .subscribeOn(settings.streams().deliverOn()),
                        Integer.MAX_VALUE,
                        1)
                .then()
                .timeout(
                        settings.stopTimeout(),
                        Mono.error(() -> new TimeLimitException("The handler of onStop", settings.stopTimeout())),
                        settings.timer());
        stopping.then(Mono.fromSupplier(() -> response(requestId, null)))
                .onErrorResume(failed -> {
                    List<Throwable> errors = Exceptions.unwrapMultiple(failed);
                    errors.forEach(hub::report);
                    return Mono.just(response(requestId, errors.get(0)));
                })
                .flatMap(body -> session.tell(STOP_RESPONSE, body))
                .subscribe(nothing -> {}, hub::report);
    }

    private static Map<String, Object> response(@Nullable String requestId, @Nullable Throwable error) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (requestId != null) {
            body.put("requestId", requestId);
        }
        body.put("success", error == null);
        if (error != null) {
            body.put("error", String.valueOf(error.getMessage()));
        }
        return body;
    }
}
