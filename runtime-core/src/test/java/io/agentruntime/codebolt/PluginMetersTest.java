package io.agentruntime.codebolt;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.micrometer.MicrometerTelemetry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a plugin adds to the meters. */
class PluginMetersTest extends PluginScenario {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerTelemetry telemetry =
            MicrometerTelemetry.builder(registry).build();

    private Timer pushes(String... tags) {
        return registry.get("agentruntime.pushes")
                .tag("protocol", "codebolt")
                .tags(tags)
                .timer();
    }

    @Test
    void requestsAreCountedByWhatBecameOfThem() {
        CodeboltPlugin plugin = connected(options -> options.telemetry(telemetry));
        server.faults().refuse("dynamicPanel.list", "not today");
        server.faults().withholdAnswers("dynamicPanel.close", true);
        watch(plugin.kvStore("instance", "space").get("key"));
        watch(plugin.request("dynamicPanel.list", Map.of()));
        watch(plugin.request("dynamicPanel.close", Map.of()));
        pass(Duration.ofMinutes(1));

        assertThat(pushes("kind", "request", "outcome", "ok").count()).isEqualTo(1);
        assertThat(pushes("kind", "request", "outcome", "error", "error", "none")
                        .count())
                .isEqualTo(1);
        assertThat(pushes("kind", "request", "outcome", "failed", "error", "TimeLimitException")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void theConnectionAndItsStreamsAreWatchedUntilThePluginIsClosed() {
        CodeboltPlugin plugin = connected(options -> options.telemetry(telemetry));
        watch(plugin.gateway().replies());
        pass(Duration.ofSeconds(31));

        assertThat(registry.get("agentruntime.connections")
                        .tag("state", "connected")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("agentruntime.stream.subscribers")
                        .tag("stream", "replies")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("agentruntime.heartbeats").timer().count()).isEqualTo(1);

        await(plugin.close());
        assertThat(registry.getMeters()).isEmpty();
    }
}
