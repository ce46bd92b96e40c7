package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.micrometer.MicrometerTelemetry;
import io.agentruntime.stream.StreamOptions;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What turns add to the meters, over a socket and over HTTP. */
class TurnMetersTest extends MemoryScenario {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerTelemetry telemetry =
            MicrometerTelemetry.builder(registry).build();

    private Timer pushes(String... tags) {
        return registry.get("agentruntime.pushes")
                .tag("protocol", "octavus")
                .tags(tags)
                .timer();
    }

    private void takeTurns(OctavusTransport transport) {
        server.agent(talker());
        watch(transport.trigger("whole"));
        pass(Duration.ofSeconds(2));
        watch(transport.trigger("stopped"));
        pass(Duration.ofMillis(550));
        watch(transport.stop());
        pass(Duration.ofSeconds(1));
        transport.trigger("cancelled").subscribe().dispose();
        pass(Duration.ofSeconds(5));

        assertThat(pushes("kind", "trigger", "outcome", "ok").count()).isEqualTo(1);
        assertThat(pushes("kind", "trigger", "outcome", "cancelled").count()).isEqualTo(2);
    }

    @Test
    void turnsOverASocketAreCountedByTheirEnd() {
        OctavusSocketTransport transport = transport(options -> options.telemetry(telemetry));
        takeTurns(transport);

        assertThat(registry.get("agentruntime.messages")
                        .tag("direction", "received")
                        .functionCounter()
                        .count())
                .isGreaterThan(14);

        watch(transport.close());
        pass(Duration.ofSeconds(10));
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void turnsOverHttpAreCountedByTheirEndAndTheirRequestsToo() {
        OctavusHttpTransport transport = OctavusTransport.http(server.httpUrl())
                .sessionId("s-1")
                .exchange(server.streaming())
                .timer(time)
                .streams(StreamOptions.defaults().withDeliverOn(time))
                .telemetry(telemetry)
                .build();
        takeTurns(transport);

        Timer whole = registry.get("agentruntime.http.requests")
                .tags("uri", "other", "method", "POST", "status", "200", "error", "none")
                .timer();
        assertThat(whole.count()).isEqualTo(1);

        server.faults().failHttp("POST /octavus/stream", 503, 1);
        watch(transport.trigger("refused"));
        pass(Duration.ofSeconds(1));

        assertThat(registry.get("agentruntime.http.requests")
                        .tags("status", "503", "outcome", "SERVER_ERROR")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(pushes("outcome", "failed", "error", "Unavailable").totalTime(TimeUnit.NANOSECONDS))
                .isPositive();

        watch(transport.close());
        watch(transport.close());
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void addressesOfManyTenantsMakeNoMoreMetersThanOne() {
        turnAt(0);
        int meters = registry.getMeters().size();

        for (int tenant = 1; tenant < 50; tenant++) {
            turnAt(tenant);
        }

        assertThat(registry.getMeters()).hasSize(meters);
        assertThat(registry.get("agentruntime.http.requests")
                        .tags("uri", "other", "status", "404")
                        .timer()
                        .count())
                .isEqualTo(50);
    }

    private void turnAt(int tenant) {
        OctavusHttpTransport transport = OctavusTransport.http(server.httpUrl() + "/tenants/" + tenant)
                .sessionId("s-1")
                .exchange(server.streaming())
                .timer(time)
                .streams(StreamOptions.defaults().withDeliverOn(time))
                .telemetry(telemetry)
                .build();
        watch(transport.trigger("lost"));
        pass(Duration.ofSeconds(1));
    }
}
