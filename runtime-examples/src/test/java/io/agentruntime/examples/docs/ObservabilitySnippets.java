package io.agentruntime.examples.docs;

import io.agentruntime.micrometer.MicrometerTelemetry;
import io.agentruntime.micrometer.PushContext;
import io.agentruntime.micrometer.PushConvention;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.telemetry.Telemetry;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;

/** The code of docs/observability.md. */
final class ObservabilitySnippets {

    private ObservabilitySnippets() {}

    static NookplotRuntime watched(MeterRegistry meters, ObservationRegistry observations, String key) {
        Telemetry telemetry = MicrometerTelemetry.builder(meters)
                .observations(observations)
                .runtime("support-agent")
                .tags("region", "eu-1")
                .build();

        NookplotRuntime runtime = NookplotRuntime.builder()
                .gatewayUrl("https://gateway.nookplot.com")
                .apiKey(key)
                .telemetry(telemetry)
                .build();
        return runtime;
    }

    static Telemetry otherNames(MeterRegistry meters, ObservationRegistry observations) {
        return MicrometerTelemetry.builder(meters)
                .observations(observations)
                .pushConvention(new PushConvention() {
                    @Override
                    public KeyValues getLowCardinalityKeyValues(PushContext push) {
                        return super.getLowCardinalityKeyValues(push).and("event", push.name()); // when they are few
                    }
                })
                .build();
    }
}
