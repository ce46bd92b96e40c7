package io.agentruntime.phoenix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.LivenessTimeoutException;
import io.agentruntime.support.Secrets;
import io.agentruntime.transport.PipeRequest;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** What is particular about WebSockets; what holds for every socket is in {@link SocketTest}. */
class WebSocketTest extends PhoenixScenario {

    private PipeRequest lastRequest() {
        return server.requests.get(server.requests.size() - 1);
    }

    @ParameterizedTest
    @CsvSource({
        "ws://phoenix.test/socket, ws://phoenix.test/socket/websocket?vsn=2.0.0",
        "wss://phoenix.test:444/a/socket/, wss://phoenix.test:444/a/socket/websocket?vsn=2.0.0",
        "http://phoenix.test/socket, ws://phoenix.test/socket/websocket?vsn=2.0.0",
        "https://phoenix.test/socket/websocket, wss://phoenix.test/socket/websocket?vsn=2.0.0",
        "WSS://phoenix.test/socket, wss://phoenix.test/socket/websocket?vsn=2.0.0"
    })
    void theAddressGetsItsTransportAndVersion(String url, String connectedTo) {
        connected(b -> b.url(url));

        assertThat(lastRequest().target().uri()).hasToString(connectedTo);
        assertThat(lastRequest().subprotocols()).isEmpty();
    }

    @Test
    void theTokenTravelsAsSubprotocolOrAsParameter() {
        String token = "a>b?" + Secrets.MARKER;
        connected(b -> b.authToken(token));
        assertThat(lastRequest().subprotocols())
                .containsExactly(
                        "phoenix",
                        "base64url.bearer.phx."
                                + Base64.getUrlEncoder().withoutPadding().encodeToString(token.getBytes(UTF_8)));
        assertThat(lastRequest().target().uri().getQuery()).isEqualTo("vsn=2.0.0");

        connected(b -> b.authToken(Mono.just(token)).authTokenParam("api_key"));
        assertThat(lastRequest().subprotocols()).isEmpty();
        assertThat(lastRequest().target().uri().getQuery()).isEqualTo("api_key=" + token + "&vsn=2.0.0");
    }

    @Test
    void aHeartbeatThatIsNotAnsweredByTheNextOneClosesWith1000AndReconnects() {
        PhoenixSocket socket = connected();
        Seen<ConnectionState> states = watch(socket.state());
        server.script = (connection, frame) -> true;
        FakePhoenix.Connection first = server.connection();
        AtomicReference<String> closed = new AtomicReference<>();
        first.pipe
                .ended()
                .subscribe(end ->
                        closed.set(end.status().code() + " " + end.status().reason()));
        passSeconds(59);
        assertThat(closed.get()).isNull();
        passSeconds(1);
        assertThat(closed.get()).isEqualTo("1000 heartbeat timeout");
        assertThat(((Reconnecting) states.last()).cause()).isInstanceOf(LivenessTimeoutException.class);
        pass(1000);
        assertThat(server.connections).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1002, 1009, 1011, 1012, 4000})
    void whateverTheServerClosesWithTheSocketReconnects(int code) {
        PhoenixSocket socket = connected();
        Seen<ConnectionState> states = watch(socket.state());
        server.connection().pipe.close(code, "bye", Duration.ofSeconds(1)).subscribe();
        passSeconds(3);

        assertThat(connectionNames(states)).containsExactly("connected", "reconnecting", "connected");
        assertThat(((Reconnecting) states.values.get(1)).cause())
                .isInstanceOfSatisfying(
                        ConnectionLostException.class,
                        lost -> assertThat(lost.code()).isEqualTo(code));
    }

    @Test
    void disconnectClosesWith1000AndStaysAway() {
        PhoenixSocket socket = connected();
        AtomicInteger code = new AtomicInteger();
        server.connection().pipe.ended().subscribe(end -> code.set(end.status().code()));
        await(socket.disconnect());
        passSeconds(120);

        assertThat(code).hasValue(1000);
        assertThat(server.connections).hasSize(1);
        assertThat(socket.currentState().name()).isEqualTo("disconnected");
    }

    @Test
    void aSocketThatBreaksCountsAs1006() {
        PhoenixSocket socket = connected();
        Seen<ConnectionState> states = watch(socket.state());
        server.connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(3);

        assertThat(connectionNames(states)).containsExactly("connected", "reconnecting", "connected");
        assertThat(((Reconnecting) states.values.get(1)).cause())
                .isInstanceOfSatisfying(
                        ConnectionLostException.class,
                        lost -> assertThat(lost.code()).isEqualTo(1006));
    }
}
