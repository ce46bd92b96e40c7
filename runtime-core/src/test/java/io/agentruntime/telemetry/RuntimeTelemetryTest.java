package io.agentruntime.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionListener;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.Session;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpReply;
import io.agentruntime.net.SecretUri;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.publisher.TestPublisher;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/** Parts of a runtime that are watched, and parts that are not. */
class RuntimeTelemetryTest {

    private static final Operation.Push PUSH = new Operation.Push("push", "ask", "room:lobby");
    private static final HttpCall CALL = new HttpCall(
            "GET", URI.create("https://gateway.test/v1/x"), Map.of("accept", "*/*"), null, Duration.ofSeconds(1), 1);

    private final List<String> heard = new ArrayList<>();
    private final RuntimeTelemetry telemetry =
            RuntimeTelemetry.open(protocol -> new Notes(), "nookplot", Schedulers.immediate());

    /** Notes what begins and how it ends, and adds a header and an entry of the context. */
    private final class Notes implements Recorder {

        @Override
        public Observed begin(Operation operation, ContextView caller) {
            heard.add("begin " + operation + " for " + caller.getOrDefault("user", "nobody"));
            if (operation instanceof Operation.HttpRequest request) {
                request.headers().put("traceparent", "a-trace");
            }
            return new Observed() {
                @Override
                public Context within(Context caller) {
                    return caller.put("watched", "yes");
                }

                @Override
                public void answered(String status) {
                    heard.add(status);
                }

                @Override
                public void failed(Throwable error) {
                    heard.add(error.getMessage());
                }

                @Override
                public void cancelled() {
                    heard.add("cancelled");
                }
            };
        }

        @Override
        public void close() {
            heard.add("closed");
        }
    }

    @Test
    void whereNobodyWatchesEveryPartIsWhatItWasBefore() {
        RuntimeTelemetry silent = RuntimeTelemetry.open(Telemetry.none(), "nookplot", Schedulers.immediate());
        PipeConnector pipes = (request, listener) -> Mono.empty();
        HttpExchange http = call -> Mono.empty();
        Mono<String> mono = Mono.just("x");
        Flux<String> flux = Flux.just("x");
        ConnectionListener<Session> listener = new ConnectionListener<>() {
            @Override
            public void onState(ConnectionState state) {}

            @Override
            public void onSession(Session session) {}
        };

        assertThat(silent.pipes(pipes)).isSameAs(pipes);
        assertThat(silent.http(http)).isSameAs(http);
        assertThat(silent.connection(listener)).isSameAs(listener);
        assertThat(silent.observe(PUSH, mono, value -> "ok")).isSameAs(mono);
        assertThat(silent.observe(PUSH, flux, value -> false)).isSameAs(flux);
    }

    @Test
    void aRecorderThatThrowsDisturbsNothing() {
        Recorder broken = recorderThatThrows();
        RuntimeTelemetry watched = RuntimeTelemetry.open(protocol -> broken, "nookplot", Schedulers.immediate());
        List<String> states = new ArrayList<>();
        watched.connection(new ConnectionListener<Session>() {
                    @Override
                    public void onState(ConnectionState state) {
                        states.add(state.name());
                    }

                    @Override
                    public void onSession(Session session) {}
                })
                .onState(new ConnectionState.Connecting());
        List<ByteBuf> frames = new ArrayList<>();
        watched.pipes((request, listener) -> {
                    listener.onText(Unpooled.EMPTY_BUFFER);
                    return Mono.empty();
                })
                .connect(PipeRequest.to(SecretUri.of("ws://gateway.test")), new PipeListener() {
                    @Override
                    public void onText(ByteBuf payload) {
                        frames.add(payload);
                    }

                    @Override
                    public void onBinary(ByteBuf payload) {}
                })
                .subscribe();

        assertThat(states).containsExactly("connecting");
        assertThat(frames).hasSize(1);
        assertThat(watched.observe(PUSH, Mono.just("pong"), value -> "ok").block())
                .isEqualTo("pong");
        watched.recorder().heartbeat(Duration.ZERO);
        watched.close();
    }

    @Test
    void anOperationWhoseEndCannotBeToldSucceedsAllTheSame() {
        RuntimeTelemetry watched = RuntimeTelemetry.open(
                protocol -> new Recorder() {
                    @Override
                    public Observed begin(Operation operation, ContextView caller) {
                        return new Observed() {
                            @Override
                            public void answered(String status) {
                                throw new IllegalStateException("a convention");
                            }
                        };
                    }
                },
                "nookplot",
                Schedulers.immediate());

        assertThat(watched.observe(PUSH, Mono.just("pong"), value -> "ok").block())
                .isEqualTo("pong");
    }

    private static Recorder recorderThatThrows() {
        return (Recorder) Proxy.newProxyInstance(
                Recorder.class.getClassLoader(), new Class<?>[] {Recorder.class}, (proxy, method, arguments) -> {
                    throw new IllegalStateException("a recorder");
                });
    }

    @Test
    void eachSubscriptionIsAnOperationOfItsOwn() {
        Mono<String> push = telemetry.observe(PUSH, Mono.just("pong"), value -> value + "!");
        push.contextWrite(Context.of("user", "alice")).subscribe();
        push.subscribe();

        assertThat(heard)
                .containsExactly("begin " + PUSH + " for alice", "pong!", "begin " + PUSH + " for nobody", "pong!");
    }

    @Test
    void anEmptyEndIsOk() {
        telemetry.observe(PUSH, Mono.empty(), value -> "?").subscribe();

        assertThat(heard).endsWith("ok");
    }

    @Test
    void errorsAndCancelsAreTold() {
        telemetry
                .observe(PUSH, Mono.error(new IllegalStateException("broken")), value -> "?")
                .subscribe(value -> {}, error -> {});
        telemetry.observe(PUSH, Mono.never(), value -> "?").subscribe().dispose();
        TestPublisher<String> turn = TestPublisher.create();
        telemetry.observe(PUSH, turn.flux(), "aborted"::equals).subscribe();
        turn.next("event", "aborted").complete();

        assertThat(heard.stream().filter(line -> !line.startsWith("begin")))
                .containsExactly("broken", "cancelled", "cancelled", "ok");
    }

    @Test
    void aRequestCarriesTheHeadersOfItsOperationAndKeepsItsOwn() {
        List<Map<String, String>> sent = new ArrayList<>();
        HttpExchange watched = telemetry.http(call -> Mono.deferContextual(context -> {
            sent.add(call.headers());
            return Mono.just(new HttpReply(context.hasKey("watched") ? 200 : 500, Map.of(), new byte[0]));
        }));
        watched.exchange(CALL).block();

        assertThat(sent).containsExactly(Map.of("accept", "*/*", "traceparent", "a-trace"));
        assertThat(CALL.headers()).doesNotContainKey("traceparent");
        assertThat(heard).containsExactly("begin GET /v1/x for nobody", "200");
    }

    @Test
    void theRecorderIsClosedWithTheRuntime() {
        telemetry.close();

        assertThat(heard).containsExactly("closed");
    }
}
