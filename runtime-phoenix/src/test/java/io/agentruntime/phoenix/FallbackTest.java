package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.support.Secrets;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** WebSocket where it works, long-polling where it does not. */
class FallbackTest extends PhoenixScenario {

    private final List<Long> webSockets = new ArrayList<>();

    /** What happens to a WebSocket, while it is set. */
    private @Nullable Supplier<Mono<Pipe>> webSocketFate;

    @Override
    PhoenixTransport transport() {
        return PhoenixTransport.WEBSOCKET_THEN_LONGPOLL;
    }

    private PhoenixSocket socket() {
        return socket(b -> b.transport(http, this::openWebSocket));
    }

    private Mono<Pipe> openWebSocket(PipeRequest request, PipeListener listener) {
        return Mono.defer(() -> {
            webSockets.add(millis());
            return webSocketFate == null ? server.connect(request, listener) : webSocketFate.get();
        });
    }

    private PhoenixTransport connect(PhoenixSocket socket) {
        Seen<PhoenixSessionInfo> session = watch(socket.connect());
        passSeconds(6);
        return session.last().transport();
    }

    private void loseConnection() {
        server.connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(9);
    }

    @Test
    void aWebSocketThatAnswersAPingIsKept() {
        PhoenixSocket socket = socket();

        assertThat(connect(socket)).isEqualTo(PhoenixTransport.WEBSOCKET);
        assertThat(http.calls).isEmpty();
        assertThat(server.connection().events()).startsWith("heartbeat");
    }

    @Test
    void aWebSocketThatIsRefusedIsReplacedAndTheChoiceIsRemembered() {
        webSocketFate = () -> Mono.error(new HandshakeException(400, "phoenix.test", null));
        PhoenixSocket socket = socket();
        assertThat(connect(socket)).isEqualTo(PhoenixTransport.LONGPOLL);
        PhoenixChannel channel = joined(socket);
        webSocketFate = null;
        loseConnection();

        assertThat(channel.currentState().name()).isEqualTo("joined");
        assertThat(webSockets).hasSize(1);
        await(socket.disconnect());
        assertThat(connect(socket)).isEqualTo(PhoenixTransport.LONGPOLL);
        assertThat(webSockets).hasSize(1);
    }

    /** The guard over the logs of all tests looks for the marker. */
    @Test
    void theErrorsOfOthersAreNotQuoted() {
        webSocketFate = () -> Mono.error(new IllegalStateException("wss://phoenix.test/?key=" + Secrets.MARKER));

        assertThat(connect(socket())).isEqualTo(PhoenixTransport.LONGPOLL);
    }

    @Test
    void aWebSocketThatDoesNotOpenInTimeIsReplaced() {
        webSocketFate = Mono::never;
        PhoenixSocket socket = socket();
        Seen<PhoenixSessionInfo> session = watch(socket.connect());
        pass(2499);
        assertThat(session.pending()).isTrue();
        assertThat(http.calls).isEmpty();
        pass(2);
        assertThat(session.last().transport()).isEqualTo(PhoenixTransport.LONGPOLL);
    }

    @Test
    void aWebSocketOverWhichNothingPassesIsClosedAndReplaced() {
        server.script = (connection, frame) -> true;
        PhoenixSocket socket = socket();

        assertThat(connect(socket)).isEqualTo(PhoenixTransport.LONGPOLL);
        assertThat(server.connections).hasSize(2);
        assertThat(server.connections.get(0).pipe.ended().blockOptional()).isPresent();
        server.script = (connection, frame) -> false;
        assertThat(await(joined(socket).push("echo")).isOk()).isTrue();
    }

    @Test
    void afterAWebSocketHasWorkedItIsTriedFirstEachTime() {
        PhoenixSocket socket = socket();
        assertThat(connect(socket)).isEqualTo(PhoenixTransport.WEBSOCKET);
        webSocketFate = () -> Mono.error(new HandshakeException(502, "phoenix.test", null));
        loseConnection();
        assertThat(await(socket.connect()).transport()).isEqualTo(PhoenixTransport.LONGPOLL);
        webSocketFate = null;
        loseConnection();

        assertThat(await(socket.connect()).transport()).isEqualTo(PhoenixTransport.WEBSOCKET);
        assertThat(webSockets).hasSize(3);
    }

    @Test
    void whenBothFailTheErrorNamesBoth() {
        webSocketFate = () -> Mono.error(new HandshakeException(400, "phoenix.test", null));
        http.script = call -> Mono.error(new ConnectFailedException("phoenix.test", new IOException("down")));

        assertThatThrownBy(() -> await(socket().connect()))
                .isInstanceOf(ConnectFailedException.class)
                .satisfies(error ->
                        assertThat(error.getSuppressed()).hasAtLeastOneElementOfType(HandshakeException.class));
    }

    @Test
    void cancellingTheConnectLeavesNothingOpen() {
        server.script = (connection, frame) -> true;
        PhoenixSocket socket = socket();
        Disposable connect = socket.connect().subscribe();
        pass(1000);
        connect.dispose();
        passSeconds(60);

        assertThat(server.connections).hasSize(1);
        assertThat(server.connection().pipe.ended().blockOptional()).isPresent();
        assertThat(http.calls).isEmpty();
        assertThat(socket.currentState().name()).isEqualTo("disconnected");
    }
}
