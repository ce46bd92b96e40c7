package io.agentruntime.examples.bench.flood;

import io.agentruntime.examples.bench.load.Client;
import io.agentruntime.examples.bench.load.Rounds;
import io.agentruntime.micrometer.MicrometerTelemetry;
import io.agentruntime.telemetry.Telemetry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;

/** The clients by their names, one in a JVM of its own. */
final class FloodClient {

    private FloodClient() {}

    private static Client named(String name, int port) {
        return switch (name) {
            case "ours" -> new OurClient(false, Telemetry.none(), port);
            case "filtered" -> new OurClient(true, Telemetry.none(), port);
            case "watched" -> new OurClient(false, telemetry(), port);
            case "okhttp" -> new OkHttpTreeClient(port);
            case "raw" -> new RawClient(port);
            default -> throw new IllegalArgumentException("No client is named " + name);
        };
    }

    /** With everything there is: meters, and observations that are meters too. */
    private static Telemetry telemetry() {
        MeterRegistry meters = new SimpleMeterRegistry();
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
        return MicrometerTelemetry.builder(meters).observations(observations).build();
    }

    /** See {@link Rounds#play}. */
    public static void main(String[] args) throws InterruptedException {
        Rounds.play(FloodClient::named, args);
    }
}
