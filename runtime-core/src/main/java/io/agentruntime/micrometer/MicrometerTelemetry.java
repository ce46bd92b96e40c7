package io.agentruntime.micrometer;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.telemetry.Recorder;
import io.agentruntime.telemetry.Telemetry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler.IgnoredMeters;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Meters of what runtimes do, and observations of their requests and pushes.
 *
 * <pre>{@code
 * Telemetry telemetry = MicrometerTelemetry.builder(meters).observations(observations).runtime("support").build();
 * NookplotRuntime runtime = NookplotRuntime.builder()....telemetry(telemetry).build();
 * }</pre>
 *
 * <p>Give each runtime that is to be told apart a telemetry of its own with a name of its own. Runtimes that share one are
 * added up: a fleet of thousands takes as many time series as a single runtime. The meters leave the registry when the last
 * of them is closed.
 */
public final class MicrometerTelemetry implements Telemetry {

    private final MeterRegistry registry;
    private final Tags tags;
    private final Observations observations;
    private final Map<String, RuntimeMeters> byProtocol = new HashMap<>();

    private MicrometerTelemetry(Builder builder) {
        this.registry = builder.registry;
        this.tags = builder.tags.and("runtime", builder.runtime);
        this.observations = new Observations(builder.observations(), builder.httpConvention, builder.pushConvention);
    }

    /** Starts to configure a telemetry that has its meters in {@code registry}. */
    public static Builder builder(MeterRegistry registry) {
        return new Builder(registry);
    }

    /** {@inheritDoc} Registers the protocol's meters unless they are there already. */
    @Override
    public synchronized Recorder open(String protocol) {
        RuntimeMeters meters = byProtocol.computeIfAbsent(protocol, name -> new RuntimeMeters(registry, tags, name));
        meters.use();
        meters.enter(RuntimeMeters.FIRST_STATE);
        return new MicrometerRecorder(meters, observations, this);
    }

    /** A runtime is closed, or an observation has ended. The last one of all takes the meters out of the registry. */
    void release(RuntimeMeters meters) {
        if (meters.release()) {
            removeUnused(meters);
        }
    }

    private synchronized void removeUnused(RuntimeMeters meters) {
        RuntimeMeters present = byProtocol.get(meters.protocol());
        // Of the meters of runtimes that were closed before, an observation that ended late may have made some again.
        if (!meters.isUsed() && (present == null || present == meters)) {
            byProtocol.remove(meters.protocol());
            meters.remove();
        }
    }

    /** Collects the parts of a {@link MicrometerTelemetry}. */
    public static final class Builder {

        private final MeterRegistry registry;
        private String runtime = "default";
        private Tags tags = Tags.empty();
        private @Nullable ObservationRegistry observations;
        private @Nullable ObservationConvention<HttpRequestContext> httpConvention;
        private @Nullable ObservationConvention<PushContext> pushConvention;

        private Builder(MeterRegistry registry) {
            this.registry = registry;
        }

        /** What the tag {@code runtime} says; default {@code default}. Two telemetries on one registry need two names. */
        public Builder runtime(String name) {
            if (name.isBlank()) {
                throw new InvalidOptionException("runtime", "a blank text", "must be the name of a runtime");
            }
            this.runtime = name;
            return this;
        }

        /**
         * Further tags of every meter and observation, as keys and values in turn. Few values, for each is a time series, and
         * the same keys in all telemetries of one registry, for Prometheus wants that.
         */
        public Builder tags(String... keysAndValues) {
            this.tags = Tags.of(keysAndValues);
            return this;
        }

        /**
         * Where requests and pushes are observed. The meters {@code agentruntime.http.requests} and {@code
         * agentruntime.pushes} are then made by its {@link DefaultMeterObservationHandler}, which Spring Boot adds by itself;
         * traces by its handlers of tracing. By default there are these two meters and no traces.
         */
        public Builder observations(ObservationRegistry registry) {
            this.observations = registry;
            return this;
        }

        /** Names and key values of observed HTTP requests; default {@link HttpRequestConvention}. */
        public Builder httpConvention(ObservationConvention<HttpRequestContext> convention) {
            this.httpConvention = convention;
            return this;
        }

        /** Names and key values of observed pushes; default {@link PushConvention}. */
        public Builder pushConvention(ObservationConvention<PushContext> convention) {
            this.pushConvention = convention;
            return this;
        }

        private ObservationRegistry observations() {
            if (observations != null) {
                return observations;
            }
            ObservationRegistry own = ObservationRegistry.create();
            own.observationConfig()
                    .observationHandler(new DefaultMeterObservationHandler(registry, IgnoredMeters.LONG_TASK_TIMER));
            return own;
        }

        /** The telemetry, ready to be given to builders. */
        public MicrometerTelemetry build() {
            return new MicrometerTelemetry(this);
        }
    }
}
