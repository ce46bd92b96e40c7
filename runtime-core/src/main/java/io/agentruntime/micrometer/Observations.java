package io.agentruntime.micrometer;

import io.agentruntime.telemetry.Observed;
import io.agentruntime.telemetry.Operation;
import io.agentruntime.telemetry.Operation.HttpRequest;
import io.agentruntime.telemetry.Operation.Push;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/** Begins observations. */
final class Observations {

    /** Where Micrometer keeps the present observation in Reactor's context. */
    static final String KEY = "micrometer.observation";

    private static final HttpRequestConvention HTTP = new HttpRequestConvention();
    private static final PushConvention PUSH = new PushConvention();

    private final ObservationRegistry registry;
    private final @Nullable ObservationConvention<HttpRequestContext> http;
    private final @Nullable ObservationConvention<PushContext> push;

    Observations(
            ObservationRegistry registry,
            @Nullable ObservationConvention<HttpRequestContext> http,
            @Nullable ObservationConvention<PushContext> push) {
        this.registry = registry;
        this.http = http;
        this.push = push;
    }

    /**
     * Begins one. Its parent is the caller's, by Reactor's context or, where that has none, by the thread.
     *
     * @param onEnd run once it has ended
     */
    Observed begin(Operation operation, KeyValues common, ContextView caller, Runnable onEnd) {
        if (registry.isNoop()) {
            onEnd.run();
            return Observed.NOTHING;
        }
        if (operation instanceof HttpRequest request) {
            HttpRequestContext context = new HttpRequestContext(common, request);
            Observation observation = start(Observation.createNotStarted(http, HTTP, () -> context, registry), caller);
            request.headers().putAll(Objects.requireNonNull(context.getCarrier()));
            return new MicrometerObserved(observation, context::ended, onEnd);
        }
        PushContext context = new PushContext(common, (Push) operation);
        Observation observation = start(Observation.createNotStarted(push, PUSH, () -> context, registry), caller);
        return new MicrometerObserved(observation, context::ended, onEnd);
    }

    private static Observation start(Observation observation, ContextView caller) {
        if (caller.getOrDefault(KEY, null) instanceof Observation parent) {
            observation.parentObservation(parent);
        }
        return observation.start();
    }
}
