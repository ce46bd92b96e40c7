package io.agentruntime.transport.sockjs;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.Attempt;
import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.ConnectionEngine;
import io.agentruntime.connection.ConnectionListener;
import io.agentruntime.connection.ConnectionOptions;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.DelayStrategy;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.connection.SessionInfo;
import io.agentruntime.error.LivenessTimeoutException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.net.SecretUri;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.PipeSession;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** Reconnecting, liveness and states are the engine's, over every transport. */
class SockJsEngineTest extends InMemorySockJs {

    private record Info(String sessionId) implements SessionInfo {}

    private final List<ConnectionState> states = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();
    private ConnectionEngine<EchoSession> engine;

    private final class EchoSession extends PipeSession implements PipeListener {

        EchoSession() {
            super(Duration.ofSeconds(10), Duration.ofSeconds(25), Duration.ofSeconds(2), time);
        }

        @Override
        public SessionInfo info() {
            return new Info("echo");
        }

        @Override
        protected void heartbeat(Pipe open) {
            open.ping();
        }

        @Override
        protected void onRetired(Throwable cause) {}

        @Override
        public void onText(ByteBuf payload) {
            signOfLife();
            heard.add(payload.toString(StandardCharsets.UTF_8));
        }

        @Override
        public void onBinary(ByteBuf payload) {}

        @Override
        public void onPong() {
            signOfLife();
        }
    }

    private Mono<EchoSession> open(PipeConnector connector, Attempt attempt) {
        EchoSession session = new EchoSession();
        return connector
                .connect(PipeRequest.to(SecretUri.of(service.url())), session)
                .doOnNext(pipe -> {
                    session.attach(pipe);
                    attempt.onAbandon(last -> session.closePipe());
                })
                .thenReturn(session);
    }

    private void start(SockJsTransport transport) {
        PipeConnector connector = connector(transport);
        ReconnectPolicy policy = ReconnectPolicy.fullJitter()
                .strategy(DelayStrategy.table(List.of(Duration.ofSeconds(1))))
                .build();
        engine = new ConnectionEngine<>(
                attempt -> open(connector, attempt),
                new ConnectionOptions(
                        "echo",
                        policy,
                        FailureClassifier.standard(),
                        false,
                        Duration.ofSeconds(5),
                        time,
                        new Random(1),
                        StreamOptions.defaults().withDeliverOn(time)),
                new ConnectionListener<>() {
                    @Override
                    public void onState(ConnectionState state) {
                        states.add(state);
                    }

                    @Override
                    public void onSession(EchoSession session) {
                        session.send(OutboundMessage.text("hello")).subscribe();
                    }
                });
        engine.connect().subscribe(session -> {}, failure -> error = failure);
        passMillis(100);
    }

    private List<String> names() {
        return states.stream().map(ConnectionState::name).toList();
    }

    @AfterEach
    void closeEngine() {
        engine.close().subscribe();
        pass(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @EnumSource
    void a_server_that_goes_away_and_comes_back_is_found_again(SockJsTransport transport) {
        start(transport);
        assertThat(heard).containsExactly("hello");

        service.stop(new CloseStatus(CloseStatus.GOING_AWAY, "server shutdown"));
        pass(Duration.ofSeconds(3));
        service.server.start().subscribe();
        pass(Duration.ofSeconds(5));

        assertThat(names())
                .startsWith("connecting", "connected", "reconnecting")
                .endsWith("connected");
        assertThat(heard).containsExactly("hello", "hello");
        assertThat(((ConnectionState.Reconnecting) states.get(2)).cause()).hasMessageContaining("1001");
    }

    @ParameterizedTest
    @EnumSource
    void a_session_whose_server_is_dead_is_replaced(SockJsTransport transport) {
        start(transport);

        service.faults.freezeSockets();
        pass(Duration.ofSeconds(40));

        assertThat(names()).containsExactly("connecting", "connected", "reconnecting", "connected");
        assertThat(((ConnectionState.Reconnecting) states.get(2)).cause())
                .isInstanceOfAny(LivenessTimeoutException.class, OutcomeUnknownException.class);
        assertThat(heard).containsExactly("hello", "hello");
    }

    @ParameterizedTest
    @EnumSource
    void a_quiet_session_lives_on(SockJsTransport transport) {
        start(transport);

        pass(Duration.ofHours(1));

        assertThat(names()).containsExactly("connecting", "connected");
    }

    @ParameterizedTest
    @EnumSource
    void disconnecting_ends_the_session_in_good_order(SockJsTransport transport) {
        start(transport);

        List<String> done = outcome(engine.disconnect());
        pass(Duration.ofSeconds(3));

        assertThat(done).containsExactly("done");
        assertThat(names()).containsExactly("connecting", "connected", "disconnected");
        assertThat(service.ends).contains("closed");
        assertThat(service.endpoint.sessions()).isZero();
    }
}
