package io.agentruntime.spring;

import io.agentruntime.micrometer.HttpRequestContext;
import io.agentruntime.micrometer.MicrometerTelemetry;
import io.agentruntime.micrometer.PushContext;
import io.agentruntime.telemetry.Telemetry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.ObjectProvider;

/** The application's meters and observations, under the runtime's name. */
final class MicrometerTelemetrySource implements RuntimeTelemetrySource {

    private final MeterRegistry meters;
    private final ObjectProvider<ObservationRegistry> observations;
    private final ObjectProvider<ObservationConvention<HttpRequestContext>> httpConvention;
    private final ObjectProvider<ObservationConvention<PushContext>> pushConvention;
    private final Map<String, Telemetry> byName = new ConcurrentHashMap<>();

    MicrometerTelemetrySource(
            MeterRegistry meters,
            ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<ObservationConvention<HttpRequestContext>> httpConvention,
            ObjectProvider<ObservationConvention<PushContext>> pushConvention) {
        this.meters = meters;
        this.observations = observations;
        this.httpConvention = httpConvention;
        this.pushConvention = pushConvention;
    }

    /** One for all protocols: two of one name would be at odds over their meters. */
    @Override
    public Telemetry telemetry(String name) {
        return byName.computeIfAbsent(name, this::create);
    }

    private Telemetry create(String name) {
        MicrometerTelemetry.Builder builder =
                MicrometerTelemetry.builder(meters).runtime(name);
        observations.ifUnique(builder::observations);
        httpConvention.ifUnique(builder::httpConvention);
        pushConvention.ifUnique(builder::pushConvention);
        return builder.build();
    }
}
