package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.micrometer.HttpRequestContext;
import io.agentruntime.micrometer.HttpRequestConvention;
import io.agentruntime.micrometer.MicrometerTelemetry;
import io.agentruntime.micrometer.PushContext;
import io.agentruntime.micrometer.PushConvention;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.support.Secrets;
import io.agentruntime.telemetry.Telemetry;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.GatewayChannel;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.propagation.Propagator;
import io.micrometer.tracing.test.simple.SimpleSpan;
import io.micrometer.tracing.test.simple.SimpleTracer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** A service is called over HTTP, pushes to a Phoenix channel, and asks a Nookplot gateway: one trace has it all. */
class TraceTest extends PhoenixScenario {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    private final SimpleTracer tracer = new SimpleTracer();
    private final ObservationRegistry observations = ObservationRegistry.create();
    private final EmbeddedGateway gateway =
            EmbeddedGateway.builder().secrets(Secrets::register).inMemory(time);
    private final GatewayAgent alice = gateway.agent("alice");
    private final GatewayChannel lobby = gateway.channel("lobby", alice);
    private final Map<String, Map<String, String>> sentHeaders = new HashMap<>();
    private final List<Observation.Context> observed = new ArrayList<>();

    @BeforeEach
    void trace() {
        W3c w3c = new W3c();
        observations
                .observationConfig()
                .observationHandler(context -> {
                    observed.add(context);
                    return false;
                })
                .observationHandler(new FirstMatchingCompositeObservationHandler(
                        new PropagatingReceiverTracingObservationHandler<>(tracer, w3c),
                        new PropagatingSenderTracingObservationHandler<>(tracer, w3c),
                        new DefaultTracingObservationHandler(tracer)));
    }

    /** As much of the W3C's trace context as a trace needs. */
    private final class W3c implements Propagator {

        @Override
        public List<String> fields() {
            return List.of("traceparent");
        }

        @Override
        public <C> void inject(TraceContext context, C carrier, Setter<C> setter) {
            setter.set(carrier, "traceparent", "00-" + context.traceId() + "-" + context.spanId() + "-01");
        }

        @Override
        public <C> Span.Builder extract(C carrier, Getter<C> getter) {
            String[] parts = getter.get(carrier, "traceparent").split("-");
            return tracer.spanBuilder()
                    .setParent(tracer.traceContextBuilder()
                            .traceId(parts[1])
                            .spanId(parts[2])
                            .sampled(true)
                            .build());
        }
    }

    private Telemetry telemetry() {
        return MicrometerTelemetry.builder(new SimpleMeterRegistry())
                .observations(observations)
                .build();
    }

    private NookplotRuntime nookplot() {
        return gateway.runtime(alice)
                .transport(
                        call -> {
                            sentHeaders.put(call.toString(), call.headers());
                            return gateway.exchange().exchange(call);
                        },
                        gateway.pipes())
                .telemetry(telemetry())
                .build();
    }

    /** A call of the service's own endpoint, as its web server observes it. */
    private Observation restCall() {
        return Observation.createNotStarted(
                        "http.server.requests",
                        () -> {
                            ReceiverContext<Map<String, String>> context = new ReceiverContext<>(Map::get);
                            context.setCarrier(Map.of("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01"));
                            return context;
                        },
                        observations)
                .start();
    }

    private static Context within(Observation parent) {
        return Context.of(ObservationThreadLocalAccessor.KEY, parent);
    }

    private SimpleSpan span(String name) {
        return tracer.getSpans().stream()
                .filter(span -> name.equals(span.getName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No span " + name + " among "
                        + tracer.getSpans().stream().map(SimpleSpan::getName).toList()));
    }

    @Test
    void oneTraceHasTheRestCallThePushAndWhatIsDoneWithTheReply() {
        server.script = (connection, frame) -> frame.event().equals("ask");
        PhoenixChannel channel = joined(connected(options -> options.telemetry(telemetry())));
        NookplotRuntime nookplot = nookplot();
        Observation rest = restCall();

        Seen<String> answer = watch(channel.push("ask")
                .flatMap(reply -> nookplot.channels().get(lobby.id()))
                .transformDeferredContextual((found, context) -> found.map(ch -> ch.slug() + ", asked by "
                        + context.<Observation>get(ObservationThreadLocalAccessor.KEY)
                                .getContext()
                                .getName()))
                .contextWrite(within(rest)));
        pass(10);
        // Spans get their names as they end: this one waits for the reply.
        assertThat(tracer.getSpans()).noneMatch(span -> "push ask".equals(span.getName()));
        server.connection().reply(server.connection().last("ask"), "ok", "{}");
        pass(10);
        rest.stop();

        assertThat(answer.values).containsExactly("lobby, asked by http.server.requests");
        SimpleSpan push = span("push ask");
        SimpleSpan request = span("GET /v1/channels/{id}");
        assertThat(List.of(push, request)).allSatisfy(span -> {
            assertThat(span.getTraceId()).isEqualTo(TRACE);
            assertThat(span.getParentId())
                    .isEqualTo(span("http.server.requests").getSpanId());
        });
        assertThat(push.getTags()).containsEntry("outcome", "ok").containsEntry("target", TOPIC);
        assertThat(sentHeaders.get("GET /v1/channels/" + lobby.id()))
                .containsEntry("traceparent", "00-" + TRACE + "-" + request.getSpanId() + "-01")
                .containsKeys("authorization", "accept");
    }

    @Test
    void whatBelongsToTheRuntimeBeginsTracesOfItsOwn() {
        NookplotRuntime nookplot = nookplot();
        Observation rest = restCall();
        await(nookplot.connect());
        rest.stop();

        assertThat(span("POST /v1/ws/ticket").getTraceId()).isNotEqualTo(TRACE);
    }

    @Test
    void aSpanThatFailedSaysSo() {
        PhoenixChannel channel =
                connected(options -> options.telemetry(telemetry())).channel(TOPIC);
        watch(channel.push("ask"));

        assertThat(span("push ask").getError()).isInstanceOf(NotJoinedException.class);
        assertThat(span("push ask").getTags()).containsEntry("outcome", "failed");
    }

    @Test
    void theCallersThreadIsAskedWhereTheContextHasNoParent() {
        NookplotRuntime nookplot = nookplot();
        Observation job = Observation.start("job", observations);
        try (Observation.Scope scope = job.openScope()) {
            nookplot.channels().get(lobby.id()).subscribe();
        }
        pass(10);
        job.stop();

        assertThat(span("GET /v1/channels/{id}").getParentId())
                .isEqualTo(span("job").getSpanId());
    }

    @Test
    void noObservationHoldsACredential() {
        await(nookplot().connect());

        assertThat(observed).hasSizeGreaterThan(1).allSatisfy(context -> {
            Secrets.assertNoneIn(context.toString());
            if (context instanceof HttpRequestContext request) {
                assertThat(request.getCarrier()).doesNotContainKey("authorization");
            }
        });
        assertThat(tracer.getSpans()).allSatisfy(span -> Secrets.assertNoneIn(span.getTags() + span.toString()));
    }

    @Test
    void conventionsCanBeReplaced() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Telemetry telemetry = MicrometerTelemetry.builder(meters)
                .pushConvention(new PushConvention() {
                    @Override
                    public String getName() {
                        return "our.pushes";
                    }

                    @Override
                    public KeyValues getLowCardinalityKeyValues(PushContext push) {
                        return super.getLowCardinalityKeyValues(push).and("event", push.name());
                    }
                })
                .httpConvention(new HttpRequestConvention() {
                    @Override
                    public String getName() {
                        return "our.requests";
                    }
                })
                .build();
        watch(connected(options -> options.telemetry(telemetry)).channel(TOPIC).push("ask"));
        NookplotRuntime nookplot = gateway.runtime(alice).telemetry(telemetry).build();
        await(nookplot.channels().get(lobby.id()));

        assertThat(meters.get("our.pushes").tag("event", "ask").timer().count()).isEqualTo(1);
        assertThat(meters.get("our.requests").tag("status", "200").timer().count())
                .isEqualTo(1);
    }

    @Test
    void anObservationEndsWithTheCallerThatWaitsNoLonger() {
        server.script = (connection, frame) -> frame.event().equals("ask");
        PhoenixChannel channel = joined(connected(options -> options.telemetry(telemetry())));
        Mono<Reply> push = channel.push("ask");
        push.subscribe().dispose();

        assertThat(span("push ask").getTags()).containsEntry("outcome", "cancelled");
    }
}
