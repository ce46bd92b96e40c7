package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.http.HttpReply;
import io.agentruntime.micrometer.MicrometerTelemetry;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.Observed;
import io.agentruntime.telemetry.Operation;
import io.agentruntime.telemetry.Recorder;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** Each row of the table of meters, with a runtime to which it happens. */
class MetersTest extends InMemoryScenario {

    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
    private final MicrometerTelemetry telemetry = MicrometerTelemetry.builder(registry)
            .runtime("alice")
            .tags("region", "eu-1")
            .build();
    private GatewayChannel lobby;

    @BeforeEach
    void open() {
        lobby = gateway.channel("lobby", alice, bob);
    }

    private NookplotRuntime watched() {
        return connected(options -> options.telemetry(telemetry));
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private double counter(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounter().count();
    }

    private Timer timer(String name, String... tags) {
        return registry.get(name).tags(tags).timer();
    }

    /** Takes one element and no more. */
    private static <T> BaseSubscriber<T> slow() {
        return new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                subscription.request(1);
            }
        };
    }

    // ---- The connection

    @Test
    void connectionsAreCountedByState() {
        NookplotRuntime runtime = runtime(options -> options.telemetry(telemetry));
        assertThat(gauge("agentruntime.connections", "state", "disconnected")).isEqualTo(1);

        await(runtime.connect());
        assertThat(gauge("agentruntime.connections", "state", "disconnected")).isZero();
        assertThat(gauge("agentruntime.connections", "state", "connected")).isEqualTo(1);

        gateway.stop(Shutdown.KILLED).subscribe();
        pass(Duration.ofSeconds(1));
        assertThat(gauge("agentruntime.connections", "state", "reconnecting")).isEqualTo(1);

        pass(Duration.ofHours(1));
        assertThat(gauge("agentruntime.connections", "state", "failed")).isEqualTo(1);
        assertThat(gauge("agentruntime.connections", "state", "reconnecting")).isZero();
    }

    @Test
    void attemptsAreCountedByOutcomeAndTimed() {
        gateway.faults().delayHttp("POST /v1/ws/ticket", Duration.ofSeconds(2));
        NookplotRuntime runtime = runtime(options -> options.telemetry(telemetry));
        runtime.connect().subscribe();
        clock.add(Duration.ofSeconds(2));
        pass(Duration.ofSeconds(2));

        Timer opened = timer("agentruntime.connection.attempts", "outcome", "opened");
        assertThat(opened.count()).isEqualTo(1);
        assertThat(opened.totalTime(TimeUnit.SECONDS)).isEqualTo(2);

        gateway.faults().failHttp("POST /v1/runtime/connect", 503, 2);
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(20));

        assertThat(opened.count()).isEqualTo(2);
        assertThat(timer("agentruntime.connection.attempts", "outcome", "failed")
                        .count())
                .isEqualTo(2);
    }

    @Test
    void sessionsAreCountedByTheirEndAndTimed() {
        NookplotRuntime runtime = watched();
        clock.add(Duration.ofMinutes(3));
        loseAndRegain(runtime);

        Timer lost = timer("agentruntime.sessions", "end", "lost");
        assertThat(lost.count()).isEqualTo(1);
        assertThat(lost.totalTime(TimeUnit.MINUTES)).isEqualTo(3);

        clock.add(Duration.ofMinutes(5));
        await(runtime.disconnect());

        assertThat(timer("agentruntime.sessions", "end", "closed").totalTime(TimeUnit.MINUTES))
                .isEqualTo(5);
        assertThat(lost.count()).isEqualTo(1);
    }

    @Test
    void roundTripsOfPingsAreTimed() {
        watched();
        pass(Duration.ofSeconds(30));

        assertThat(timer("agentruntime.heartbeats").count()).isEqualTo(1);

        gateway.faults().stopAnsweringPings(true);
        pass(Duration.ofSeconds(30));

        assertThat(timer("agentruntime.heartbeats").count()).isEqualTo(1);
    }

    @Test
    void messagesAndTheirBytesAreCountedBothWays() {
        NookplotRuntime runtime = watched();
        double messages = counter("agentruntime.messages", "direction", "received");
        double bytes = counter("agentruntime.traffic", "direction", "received");
        String frame = "{\"type\":\"greeting\",\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"data\":{\"text\":\"é\"}}";

        gateway.faults().sendText(frame);
        pass(Duration.ofSeconds(1));

        assertThat(counter("agentruntime.messages", "direction", "received") - messages)
                .isEqualTo(1);
        assertThat(counter("agentruntime.traffic", "direction", "received") - bytes)
                .isEqualTo(frame.getBytes(StandardCharsets.UTF_8).length);

        messages = counter("agentruntime.messages", "direction", "sent");
        bytes = counter("agentruntime.traffic", "direction", "sent");
        await(runtime.connection().sendWs(Map.of("type", "x")));

        assertThat(counter("agentruntime.messages", "direction", "sent") - messages)
                .isEqualTo(1);
        assertThat(counter("agentruntime.traffic", "direction", "sent") - bytes).isEqualTo("{\"type\":\"x\"}".length());
    }

    // ---- Streams

    @Test
    void buffersAndLossesOfSubscribersAreAskedForByKindOfStream() {
        NookplotRuntime runtime = watched();
        BaseSubscriber<GatewayEvent> slow = slow();
        runtime.events()
                .all(StreamOptions.of(OverflowPolicy.DROP_OLDEST)
                        .withCapacity(4)
                        .withDeliverOn(time))
                .subscribe(slow);
        for (int i = 0; i < 4; i++) {
            gateway.push(alice, "something.new");
        }
        pass(Duration.ofSeconds(1));

        assertThat(gauge("agentruntime.stream.subscribers", "stream", "events")).isEqualTo(1);
        assertThat(gauge("agentruntime.stream.buffered", "stream", "events")).isEqualTo(3);
        assertThat(gauge("agentruntime.stream.fullest", "stream", "events")).isEqualTo(0.75);
        assertThat(counter("agentruntime.stream.dropped", "stream", "events")).isZero();

        for (int i = 0; i < 3; i++) {
            gateway.push(alice, "something.new");
        }
        pass(Duration.ofSeconds(1));

        assertThat(counter("agentruntime.stream.dropped", "stream", "events")).isEqualTo(2);

        slow.cancel();

        assertThat(gauge("agentruntime.stream.subscribers", "stream", "events")).isZero();
        assertThat(gauge("agentruntime.stream.buffered", "stream", "events")).isZero();
        assertThat(counter("agentruntime.stream.dropped", "stream", "events")).isEqualTo(2);
    }

    @Test
    void gapsAndRefilledMessagesAreCounted() {
        NookplotRuntime runtime = watched();
        watch(runtime.channels().deliveries(lobby.id()));
        watch(runtime.channels().refilled(lobby.id()));
        pass(Duration.ofSeconds(20));

        gateway.stop(Shutdown.KILLED).subscribe();
        pass(Duration.ofSeconds(1));
        gateway.post(bob, lobby, "while away");
        gateway.post(bob, lobby, "while away still");
        gateway.startAgain().subscribe();
        pass(Duration.ofSeconds(30));

        assertThat(counter("agentruntime.stream.gaps", "stream", "channel messages"))
                .isEqualTo(1);
        assertThat(counter("agentruntime.stream.refilled", "stream", "refilled channel messages"))
                .isEqualTo(2);
        assertThat(counter("agentruntime.stream.gaps", "stream", "refilled channel messages"))
                .isZero();
    }

    // ---- Requests and pushes

    @Test
    void requestsAreCountedByTemplateAndOutcome() {
        NookplotRuntime runtime = watched();
        await(runtime.channels().get(lobby.id()));
        gateway.faults().failHttp("GET /v1/channels/*", 404, 1);
        watch(runtime.channels().get("nowhere"));
        watch(runtime.connection().request("GET", "/v1/channels/" + lobby.id(), null));
        gateway.faults().hangUpHttp("GET /v1/runtime/status", 1);
        watch(runtime.getStatus());
        pass(Duration.ofSeconds(1));

        String requests = "agentruntime.http.requests";
        assertThat(timer(requests, "uri", "/v1/channels/{id}", "status", "200", "outcome", "SUCCESS", "error", "none")
                        .count())
                .isEqualTo(1);
        assertThat(timer(requests, "uri", "/v1/channels/{id}", "status", "404", "outcome", "CLIENT_ERROR")
                        .count())
                .isEqualTo(1);
        assertThat(timer(requests, "uri", "other", "method", "GET").count()).isEqualTo(1);
        Timer lost = timer(requests, "uri", "/v1/runtime/status", "status", "none", "outcome", "UNKNOWN");
        assertThat(lost.count()).isEqualTo(1);
        assertThat(lost.getId().getTag("error")).isEqualTo("ConnectionLostException");
        assertThat(timer(requests, "uri", "/v1/runtime/connect", "method", "POST", "status", "201")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aRequestThatNobodyWaitsForAnyMoreIsCancelled() {
        gateway.faults().stallHttp("GET /v1/runtime/status", true);
        NookplotRuntime runtime = watched();
        runtime.getStatus().subscribe().dispose();

        assertThat(timer("agentruntime.http.requests", "uri", "/v1/runtime/status", "status", "cancelled")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void waitsAfterA429AreTimed() {
        NookplotRuntime runtime = watched();
        gateway.faults().rateLimit("GET /v1/runtime/status", 2, Duration.ofSeconds(40));
        await(runtime.getStatus(), Duration.ofMinutes(5));

        Timer waits = timer("agentruntime.http.rate.limited");
        assertThat(waits.count()).isEqualTo(2);
        assertThat(waits.totalTime(TimeUnit.SECONDS)).isBetween(80.0, 96.0);
        assertThat(timer("agentruntime.http.requests", "uri", "/v1/runtime/status", "status", "429")
                        .count())
                .isEqualTo(2);
        assertThat(timer("agentruntime.http.requests", "uri", "/v1/runtime/status", "status", "200")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void pushesAreCountedByKindAndOutcome() {
        NookplotRuntime runtime = watched();
        pass(Duration.ofSeconds(20));
        await(runtime.connection().sendWs(Map.of("type", "x")));
        await(runtime.disconnect());
        watch(runtime.connection().sendWs(Map.of("type", "x")));

        String pushes = "agentruntime.pushes";
        assertThat(timer(pushes, "kind", "channel.subscribe", "outcome", "ok").count())
                .isEqualTo(1);
        assertThat(timer(pushes, "kind", "send", "outcome", "ok", "error", "none")
                        .count())
                .isEqualTo(1);
        assertThat(timer(pushes, "kind", "send", "outcome", "failed", "error", "NotConnectedException")
                        .count())
                .isEqualTo(1);
    }

    // ---- All of them

    @Test
    void theTableNamesEveryMeterAndEachAsItIs() throws IOException {
        NookplotRuntime runtime = watched();
        await(runtime.connection().sendWs(Map.of("type", "x")));

        Set<String> present =
                registry.getMeters().stream().map(MetersTest::row).collect(Collectors.toCollection(TreeSet::new));

        assertThat(present).containsExactlyElementsOf(new TreeSet<>(rowsOfTheTable()));
    }

    private static String row(Meter meter) {
        String type = meter instanceof Gauge ? "gauge" : meter instanceof FunctionCounter ? "counter" : "timer";
        String unit = meter instanceof Timer ? "seconds" : meter.getId().getBaseUnit();
        return meter.getId().getName() + " " + type + " " + (unit == null ? "–" : unit) + " "
                + new TreeSet<>(meter.getId().getTags().stream()
                        .map(tag -> tag.getKey())
                        .filter(key -> !Set.of("runtime", "protocol", "region").contains(key))
                        .toList());
    }

    private static List<String> rowsOfTheTable() throws IOException {
        return Files.readString(Path.of("../docs/observability.md"))
                .lines()
                .filter(line -> line.startsWith("| `agentruntime.")
                        && line.chars().filter(c -> c == '|').count() == 6)
                .map(line -> line.replace("`", "").split(" *\\| *"))
                .map(cell -> cell[1] + " " + cell[2] + " " + cell[4] + " "
                        + new TreeSet<>(cell[3].equals("–") ? List.of() : Arrays.asList(cell[3].split(", "))))
                .toList();
    }

    @Test
    void everyMeterHasTheTagsOfTheTelemetryAndADescription() {
        watched();

        assertThat(registry.getMeters()).isNotEmpty().allSatisfy(meter -> {
            assertThat(meter.getId().getTag("runtime")).isEqualTo("alice");
            assertThat(meter.getId().getTag("protocol")).isEqualTo("nookplot");
            assertThat(meter.getId().getTag("region")).isEqualTo("eu-1");
        });
    }

    @Test
    void tenThousandChannelsMakeNoMoreMetersThanOne() {
        NookplotRuntime runtime = connected(options -> options.telemetry(telemetry)
                .transport(
                        call -> call.path().startsWith("/v1/channels/")
                                ? Mono.just(new HttpReply(200, Map.of(), "{}".getBytes(StandardCharsets.UTF_8)))
                                : gateway.exchange().exchange(call),
                        gateway.pipes()));
        watch(runtime.channels().messages());
        speakIn(runtime, "channel-first");
        int meters = registry.getMeters().size();

        for (int i = 0; i < 10_000; i++) {
            speakIn(runtime, "channel-" + i);
        }
        pass(Duration.ofSeconds(1));

        assertThat(registry.getMeters()).hasSize(meters);
        assertThat(gauge("agentruntime.stream.subscribers", "stream", "channel messages"))
                .isEqualTo(10_002);
        assertThat(timer("agentruntime.http.requests", "uri", "/v1/channels/{id}")
                        .count())
                .isEqualTo(10_001);
    }

    private void speakIn(NookplotRuntime runtime, String channelId) {
        runtime.channels().messages(channelId).subscribe();
        runtime.channels().get(channelId).onErrorComplete().subscribe();
        gateway.faults()
                .sendText(
                        "{\"type\":\"channel.message\",\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"data\":{\"channelId\":\""
                                + channelId + "\",\"messageId\":\"m\",\"content\":\"hello\"}}");
    }

    @Test
    void runtimesThatShareATelemetryAreAddedUp() {
        NookplotRuntime one = watched();
        NookplotRuntime other = gateway.runtime(bob).telemetry(telemetry).build();
        int meters = registry.getMeters().size();
        await(other.connect());
        BaseSubscriber<GatewayEvent> slow = slow();
        other.events()
                .all(StreamOptions.of(OverflowPolicy.DROP_LATEST)
                        .withCapacity(1)
                        .withDeliverOn(time))
                .subscribe(slow);
        for (int i = 0; i < 4; i++) {
            gateway.push(bob, "something.new");
        }
        pass(Duration.ofSeconds(1));

        assertThat(gauge("agentruntime.connections", "state", "connected")).isEqualTo(2);
        assertThat(counter("agentruntime.stream.dropped", "stream", "events")).isEqualTo(2);

        await(other.close());

        assertThat(gauge("agentruntime.connections", "state", "connected")).isEqualTo(1);
        // The last event of a runtime says that it is disconnected, and found no room either.
        assertThat(counter("agentruntime.stream.dropped", "stream", "events")).isEqualTo(3);
        assertThat(registry.getMeters()).hasSizeGreaterThanOrEqualTo(meters);

        await(one.close());

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void metersLeaveWithTheirRuntimeAndNobodyElses() {
        NookplotRuntime runtime = watched();
        MicrometerTelemetry another = MicrometerTelemetry.builder(registry)
                .runtime("bob")
                .tags("region", "eu-1")
                .build();
        NookplotRuntime other = gateway.runtime(bob).telemetry(another).build();
        await(other.connect());
        registry.counter("agentruntime.own");

        await(runtime.close());

        assertThat(registry.getMeters())
                .isNotEmpty()
                .noneMatch(meter -> "alice".equals(meter.getId().getTag("runtime")))
                .anyMatch(meter -> meter.getId().getName().equals("agentruntime.own"));
        assertThat(gauge("agentruntime.connections", "runtime", "bob", "state", "connected"))
                .isEqualTo(1);

        await(other.close());
        assertThat(registry.getMeters()).hasSize(1);

        NookplotRuntime again = gateway.runtime(bob).telemetry(another).build();
        assertThat(gauge("agentruntime.connections", "runtime", "bob", "state", "disconnected"))
                .isEqualTo(1);
        await(again.close());
    }

    @Test
    void aHandlerThatThrowsLeavesNoMeterBehind() {
        ObservationRegistry broken = ObservationRegistry.create();
        broken.observationConfig().observationHandler(context -> {
            throw new IllegalStateException("broken");
        });
        Recorder recorder = MicrometerTelemetry.builder(registry)
                .observations(broken)
                .build()
                .open("nookplot");
        assertThatThrownBy(() -> recorder.begin(new Operation.Push("push", "x", ""), Context.empty()))
                .hasMessage("broken");
        recorder.close();

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void aHandlerThatThrowsAtAnErrorLeavesNoMeterBehind() {
        ObservationRegistry broken = ObservationRegistry.create();
        broken.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onError(Observation.Context context) {
                throw new IllegalStateException("broken");
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        Recorder recorder = MicrometerTelemetry.builder(registry)
                .observations(broken)
                .build()
                .open("nookplot");
        Observed push = recorder.begin(new Operation.Push("push", "x", ""), Context.empty());
        assertThatThrownBy(() -> push.failed(new IOException("lost"))).hasMessage("broken");
        recorder.close();

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void anObservationThatEndsAfterItsRuntimeLeavesNoMeterBehind() {
        NookplotRuntime runtime = watched();
        Recorder other = telemetry.open("nookplot");
        Observed late = other.begin(new Operation.Push("push", "late", ""), Context.empty());
        await(runtime.close());
        other.close();
        assertThat(registry.getMeters()).isNotEmpty();

        late.answered("ok");
        assertThat(registry.getMeters()).isEmpty();

        NookplotRuntime again = watched();
        other.begin(new Operation.Push("push", "later still", ""), Context.empty())
                .answered("ok");

        assertThat(gauge("agentruntime.connections", "state", "connected")).isEqualTo(1);
        await(again.close());
    }
}
