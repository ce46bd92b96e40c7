package io.agentruntime.nookplot;

import io.agentruntime.error.DecodeException;
import io.agentruntime.stream.StreamOptions;
import reactor.core.publisher.Flux;

/**
 * The events of the gateway, as they arrive. Hot: a subscriber gets what comes after it, through a buffer of its own (see
 * {@link StreamOptions}); without options it gets the runtime's default ones.
 *
 * <p>Every stream outlives disconnect and reconnect, ends with an error when the state turns {@code Failed}, and completes
 * when the runtime is closed. Beside the gateway's events it carries the runtime's own, marked as {@link
 * GatewayEvent#local()}; among them {@code connection.state} with {@code reconnecting}, {@code disconnected} and {@code
 * failed}.
 */
public final class Events {

    private final EventHub hub;
    private final StreamOptions defaults;

    Events(EventHub hub, StreamOptions defaults) {
        this.hub = hub;
        this.defaults = defaults;
    }

    /** Every event. */
    public Flux<GatewayEvent> all() {
        return all(defaults);
    }

    /** Every event, served with options of one's own. */
    public Flux<GatewayEvent> all(StreamOptions options) {
        return hub.events.all(options);
    }

    /** The events of one type, known to this library or not. Others cost the subscriber nothing. */
    public Flux<GatewayEvent> type(String type) {
        return type(type, defaults);
    }

    /** The events of one type, served with options of one's own. */
    public Flux<GatewayEvent> type(String type, StreamOptions options) {
        return hub.events.of(type, options);
    }

    /**
     * The data of the events of one type, as objects. Data that does not fit is reported by {@link NookplotRuntime#errors()}
     * and left out; the stream goes on.
     */
    public <T> Flux<T> type(String type, Class<T> as) {
        return type(type, as, defaults);
    }

    /** The data of the events of one type, as objects, served with options of one's own. */
    public <T> Flux<T> type(String type, Class<T> as, StreamOptions options) {
        return type(type, options).handle((event, sink) -> {
            try {
                sink.next(event.data(as));
            } catch (DecodeException e) {
                hub.report(e);
            }
        });
    }
}
