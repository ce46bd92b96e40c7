package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.micrometer.MicrometerTelemetry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a socket adds to the meters. */
class SocketMetersTest extends PhoenixScenario {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerTelemetry telemetry =
            MicrometerTelemetry.builder(registry).build();

    private PhoenixSocket watched() {
        return connected(options -> options.telemetry(telemetry));
    }

    private Timer pushes(String... tags) {
        return registry.get("agentruntime.pushes")
                .tag("protocol", "phoenix")
                .tags(tags)
                .timer();
    }

    private double gauge(String name, String stream) {
        return registry.get(name).tag("stream", stream).gauge().value();
    }

    private double counter(String name, String stream) {
        return registry.get(name).tag("stream", stream).functionCounter().count();
    }

    @Test
    void roundTripsOfHeartbeatsAreTimed() {
        server.latency = () -> 40;
        watched();
        passSeconds(31);

        Timer heartbeats = registry.get("agentruntime.heartbeats").timer();
        assertThat(heartbeats.count()).isEqualTo(1);
        assertThat(heartbeats.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(80);
    }

    @Test
    void pushesAreCountedByWhatBecameOfThem() {
        server.script = (connection, frame) -> {
            switch (frame.event()) {
                case "refused" -> connection.reply(frame, "error", "{}");
                case "strange" -> connection.reply(frame, "perhaps-" + frame.ref(), "{}");
                case "late" -> {}
                default -> {
                    return false;
                }
            }
            return true;
        };
        PhoenixChannel channel = joined(watched());
        watch(channel.push("echo"));
        watch(channel.push("refused"));
        watch(channel.push("strange"));
        watch(channel.push("strange"));
        watch(channel.push("late", "{}", Duration.ofSeconds(1)));
        watch(channel.send("told", "{}"));
        passSeconds(2);

        assertThat(pushes("kind", "push", "outcome", "ok", "error", "none").count())
                .isEqualTo(1);
        assertThat(pushes("kind", "push", "outcome", "error").count()).isEqualTo(1);
        assertThat(pushes("kind", "push", "outcome", "other").count()).isEqualTo(2);
        assertThat(pushes("kind", "push", "outcome", "failed", "error", "TimeLimitException")
                        .count())
                .isEqualTo(1);
        assertThat(pushes("kind", "send", "outcome", "ok").count()).isEqualTo(1);
    }

    @Test
    void gapsOfChannelsAreCounted() {
        PhoenixSocket socket = watched();
        PhoenixChannel channel = joined(socket);
        watch(channel.deliveries());
        server.connection().pipe.abort(new java.io.IOException("cut"));
        passSeconds(30);

        assertThat(channel.currentState().name()).isEqualTo("joined");
        assertThat(counter("agentruntime.stream.gaps", "channel deliveries")).isEqualTo(1);
    }

    @Test
    void tenThousandTopicsMakeNoMoreMetersThanOne() {
        PhoenixSocket socket = watched();
        listenAndPush(socket, "room:first");
        int meters = registry.getMeters().size();

        for (int i = 0; i < 10_000; i++) {
            listenAndPush(socket, "room:" + i);
        }

        assertThat(registry.getMeters()).hasSize(meters);
        assertThat(gauge("agentruntime.stream.subscribers", "channel messages")).isEqualTo(10_001);
        assertThat(pushes("outcome", "failed").count()).isEqualTo(10_001);
    }

    private static void listenAndPush(PhoenixSocket socket, String topic) {
        PhoenixChannel channel = socket.channel(topic);
        channel.messages().subscribe();
        channel.push("ask").subscribe(reply -> {}, notJoined -> {});
    }

    @Test
    void requestsOfLongPollingAreCountedWhateverTheirPath() {
        joined(longPolling("one"));
        int meters = registry.getMeters().size();
        joined(longPolling("other"));

        assertThat(registry.getMeters()).hasSize(meters);
        assertThat(registry.get("agentruntime.http.requests")
                        .tag("uri", "other")
                        .tag("method", "POST")
                        .timer()
                        .count())
                .isPositive();
        assertThat(registry.get("agentruntime.messages")
                        .tag("direction", "sent")
                        .functionCounter()
                        .count())
                .isEqualTo(2);
    }

    private PhoenixSocket longPolling(String tenant) {
        return connected(options -> options.url("ws://phoenix.test/" + tenant + "/socket")
                .transport(PhoenixTransport.LONGPOLL)
                .telemetry(telemetry));
    }

    @Test
    void metersLeaveWithTheSocket() {
        PhoenixSocket socket = watched();
        joined(socket);
        await(socket.close());

        assertThat(registry.getMeters()).isEmpty();
    }
}
