package io.agentruntime.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.testkit.RawClient.Reply;
import io.agentruntime.testkit.RawClient.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** Each fault switch does what it says. */
class GatewayFaultsTest extends GatewayContract {

    private static final Duration A_WHILE = Duration.ofMillis(200);

    private static int code(Socket socket) {
        return socket.ended().block(RawClient.LIMIT).code();
    }

    private void staysSilent(Mono<?> mono) {
        Mono<?> shared = mono.cache();
        shared.subscribe(value -> {}, error -> {});
        pass(A_WHILE);
        assertThat(shared.map(Object::toString)
                        .timeout(Duration.ofMillis(1))
                        .onErrorReturn("silent")
                        .block())
                .isEqualTo("silent");
    }

    @Test
    void dropAllSockets() {
        Socket a = client.welcomed(alice);
        Socket b = client.welcomed(bob);
        gateway.faults().dropAllSockets();
        assertThat(code(a)).isEqualTo(1006);
        assertThat(code(b)).isEqualTo(1006);
        eventually(() -> gateway.sockets() == 0);
    }

    @Test
    void dropTheSocketsOfOne() {
        Socket a = client.welcomed(alice);
        client.welcomed(bob);
        gateway.faults().dropSockets(alice);
        assertThat(code(a)).isEqualTo(1006);
        eventually(() -> gateway.sockets() == 1);
    }

    @Test
    void closeAll() {
        Socket socket = client.welcomed(alice);
        gateway.faults().closeAll(4001, "because");
        assertThat(socket.ended().block(RawClient.LIMIT)).isEqualTo(new CloseStatus(4001, "because"));
        eventually(() -> gateway.sockets() == 0);
    }

    @Test
    void frozenSocketsAreDeadBothWaysAndNewOnesLive() {
        Socket socket = client.welcomed(alice);
        gateway.faults().freezeSockets();
        pass(A_WHILE);
        gateway.push(alice, "lost");
        socket.ping();
        socket.send("{}");
        staysSilent(socket.pongs().next());
        staysSilent(socket.ended());
        assertThat(gateway.frames()).isEmpty();
        Socket fresh = client.welcomed(alice);
        gateway.push(alice, "heard");
        assertThat(fresh.await("heard")).isNotNull();
        assertThat(gateway.sockets(alice)).isEqualTo(2);
        gateway.faults().dropAllSockets();
        assertThat(code(socket)).isEqualTo(1006);
    }

    @Test
    void halfOpenIsForNewSocketsTooAndCanBeTakenBack() {
        Socket socket = client.welcomed(alice);
        gateway.faults().halfOpen(true);
        Socket fresh = client.connect(alice);
        gateway.push(alice, "lost");
        staysSilent(fresh.texts().next());
        gateway.faults().halfOpen(false);
        gateway.push(alice, "heard");
        assertThat(socket.until("heard")).hasSize(2);
    }

    @Test
    void pingsStayUnansweredButAreNoted() {
        Socket socket = client.welcomed(alice);
        gateway.faults().stopAnsweringPings(true);
        socket.ping();
        staysSilent(socket.pongs().next());
        Socket fresh = client.welcomed(alice);
        fresh.ping();
        eventually(() -> gateway.frames().size() == 2);
        staysSilent(fresh.pongs().next());
        gateway.faults().stopAnsweringPings(false);
        socket.ping();
        assertThat(socket.pongs().blockFirst(RawClient.LIMIT)).isNotNull();
    }

    @Test
    void acceptAndDrop() {
        gateway.faults().dropAfterAccept(true);
        Socket early = client.connect(alice);
        assertThat(code(early)).isEqualTo(1006);
        gateway.faults().reset();
        gateway.faults().dropAfterWelcome(true);
        Socket late = client.connect(alice);
        assertThat(late.await("connection.state")).isNotNull();
        assertThat(code(late)).isEqualTo(1006);
        eventually(() -> gateway.sockets() == 0);
    }

    @Test
    void refuseUpgrades() {
        gateway.faults().refuseUpgrades(503, 1);
        String ticket = client.ticket(alice);
        assertThatThrownBy(() -> client.open("/ws/runtime?ticket=" + ticket).block(RawClient.LIMIT))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(503));
        client.open("/ws/runtime?ticket=" + ticket).block(RawClient.LIMIT);
    }

    @Test
    void stallUpgrades() {
        gateway.faults().stallUpgrades(true);
        Mono<Socket> opening =
                client.open("/ws/runtime?ticket=" + client.ticket(alice)).cache();
        staysSilent(opening);
        gateway.faults().stallUpgrades(false);
        assertThat(opening.block(RawClient.LIMIT).await("connection.state")).isNotNull();
    }

    @Test
    void stallHttp() {
        gateway.faults().stallHttp("POST /v1/runtime/*", true);
        Mono<Reply> connecting = client.exchange("POST", "/v1/runtime/connect", alice.apiKey(), null)
                .cache();
        staysSilent(connecting);
        assertThat(gateway.sessionsOpened(alice)).isZero();
        assertThat(client.get(alice, "/v1/runtime/status").status()).isEqualTo(200);
        gateway.faults().stallHttp("POST /v1/runtime/*", false);
        assertThat(connecting.block(RawClient.LIMIT).status()).isEqualTo(201);
    }

    @Test
    void rateLimitInSecondsAndByDate() {
        gateway.faults().rateLimit("/v1/channels", 1, Duration.ofSeconds(7));
        gateway.faults().rateLimitUntil("/v1/channels", 1, Instant.parse("2026-03-01T10:30:00Z"));
        Reply seconds = client.get(alice, "/v1/channels");
        assertThat(seconds.status()).isEqualTo(429);
        assertThat(seconds.headers()).containsEntry("retry-after", "7");
        assertThat(client.get(alice, "/v1/channels").headers())
                .containsEntry("retry-after", "Sun, 1 Mar 2026 10:30:00 GMT");
        assertThat(client.get(alice, "/v1/channels").status()).isEqualTo(200);
    }

    @Test
    void failAndGarbleHttp() {
        gateway.faults().failHttp("GET /v1/**", 502, 2);
        gateway.faults().malformedHttp("GET /v1/channels", Faults.ALWAYS, "<html>");
        assertThat(client.get(alice, "/v1/channels").status()).isEqualTo(502);
        assertThat(client.get(alice, "/v1/inbox").status()).isEqualTo(502);
        assertThat(client.get(alice, "/v1/channels").text()).isEqualTo("<html>");
        gateway.faults().reset();
        assertThat(client.get(alice, "/v1/channels").json().get("channels")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(BreakPoint.class)
    void breakHttp(BreakPoint where) {
        gateway.faults().breakHttp("POST /v1/runtime/connect", 1, where);
        assertThatThrownBy(() -> client.post(alice, "/v1/runtime/connect", null))
                .isNotNull();
        assertThat(gateway.sessionsOpened(alice)).isEqualTo(where == BreakPoint.BEFORE_ACTING ? 0 : 1);
        assertThat(client.post(alice, "/v1/runtime/connect", null).status()).isEqualTo(201);
    }

    @Test
    void delayHistory() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        Duration delay = Duration.ofMillis(400);
        gateway.faults().delayHistory(delay);
        long asked = System.nanoTime();
        Mono<Reply> history = client.exchange("GET", "/v1/channels/" + lobby.id() + "/messages", alice.apiKey(), null)
                .cache();
        if (kind == Kind.LOOPBACK) {
            history.block(RawClient.LIMIT);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThanOrEqualTo(delay);
            return;
        }
        staysSilent(history);
        gateway.post(bob, lobby, "in time");
        assertThat(await(history, delay).json().get("messages")).hasSize(1);
    }

    @Test
    void frames() {
        Socket socket = client.welcomed(alice);
        gateway.faults().sendText("{broken");
        gateway.faults().fragmented(3, 1);
        gateway.push(alice, "in.parts");
        gateway.faults().oversizedFrame(5_000);
        gateway.push(alice, "end");
        assertThat(socket.texts()
                        .takeUntil(text -> text.contains("\"end\""))
                        .collectList()
                        .block(RawClient.LIMIT))
                .hasSize(5)
                .contains("{broken")
                .anyMatch(text -> text.contains("in.parts"))
                .anyMatch(text -> text.getBytes(StandardCharsets.UTF_8).length == 5_000);
        gateway.faults().sendGarbage(new byte[] {(byte) 0xFF, (byte) 0xFF, 0, 0});
        assertThat(code(socket)).isNotEqualTo(1000);
    }

    @Test
    void subscriptionsDeniedOrNeverAnswered() {
        GatewayChannel denied = gateway.channel("denied", alice);
        GatewayChannel silent = gateway.channel("silent", alice);
        gateway.faults().denySubscription(denied);
        gateway.faults().silentSubscription(silent);
        Socket socket = client.welcomed(alice);
        assertThat(client.subscribe(socket, denied).get("type").asString()).isEqualTo("channel.error");
        socket.send(json("{'type':'channel.subscribe','channelId':'" + silent.id() + "'}"));
        eventually(() -> gateway.frames().size() == 2);
        gateway.push(alice, "end");
        assertThat(socket.until("end")).hasSize(3);
        gateway.faults().allowSubscription(silent);
        assertThat(client.subscribe(socket, silent).get("type").asString()).isEqualTo("channel.joined");
    }

    @Test
    void reapSession() {
        client.post(alice, "/v1/runtime/connect", null);
        Socket socket = client.welcomed(alice);
        gateway.faults().reapSession(alice);
        assertThat(client.post(alice, "/v1/runtime/heartbeat", null).status()).isEqualTo(404);
        gateway.push(alice, "still");
        assertThat(socket.await("still")).isNotNull();
    }

    @Test
    void restartKeepsTheStateAndForgetsTheProcess() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        client.post(alice, "/v1/runtime/connect", null);
        Socket socket = client.welcomed(alice);
        String url = gateway.url();
        String ticket = client.ticket(alice);
        gateway.stop(Shutdown.CLEAN).block(RawClient.LIMIT);
        assertThat(socket.ended().block(RawClient.LIMIT)).isEqualTo(new CloseStatus(1001, "server shutdown"));
        assertThatThrownBy(() -> client.get(alice, "/v1/runtime/status")).isNotNull();
        gateway.post(bob, lobby, "while you were away");
        gateway.startAgain().block(RawClient.LIMIT);
        assertThat(gateway.url()).isEqualTo(url);
        assertThat(client.post(alice, "/v1/runtime/heartbeat", null).status()).isEqualTo(404);
        assertThatThrownBy(() -> client.open("/ws/runtime?ticket=" + ticket).block(RawClient.LIMIT))
                .isInstanceOf(HandshakeException.class);
        assertThat(client.get(alice, "/v1/channels/" + lobby.id() + "/messages")
                        .json()
                        .get("messages"))
                .hasSize(1);
    }

    @Test
    void restartAfterBeingKilled() {
        Socket socket = client.welcomed(alice);
        gateway.faults().stallHttp("/v1/inbox", true);
        Mono<Reply> hanging =
                client.exchange("GET", "/v1/inbox", alice.apiKey(), null).cache();
        staysSilent(hanging);
        eventually(() -> !gateway.requests("GET /v1/inbox").isEmpty());
        await(gateway.restart(Shutdown.KILLED, Duration.ofMillis(50)), Duration.ofMillis(50));
        assertThat(code(socket)).isEqualTo(1006);
        assertThatThrownBy(() -> hanging.block(RawClient.LIMIT)).isNotNull();
        assertThat(client.welcomed(alice)).isNotNull();
    }
}
