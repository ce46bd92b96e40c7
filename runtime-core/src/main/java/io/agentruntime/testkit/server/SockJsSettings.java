package io.agentruntime.testkit.server;

import io.agentruntime.error.Checks;
import java.time.Duration;

/**
 * How a {@link SockJsEndpoint} behaves. The defaults are those of {@code sockjs} 0.3.24 for Node.
 *
 * @param webSocket whether it takes WebSockets, with and without framing
 * @param heartbeat how long nothing is sent before a heartbeat; 25 s by default
 * @param heartbeatAnswer how long the pong to a heartbeat over WebSocket may take; 10 s by default
 * @param disconnectDelay how long a session lives between two requests that receive; 5 s by default
 * @param responseLimit characters after which a streaming answer ends; 128 Ki by default
 * @param jsessionid whether answers carry the cookie {@code JSESSIONID}, and {@code /info} asks for cookies
 */
public record SockJsSettings(
        boolean webSocket,
        Duration heartbeat,
        Duration heartbeatAnswer,
        Duration disconnectDelay,
        int responseLimit,
        boolean jsessionid) {

    public SockJsSettings {
        Checks.positive("heartbeat", heartbeat);
        Checks.positive("heartbeatAnswer", heartbeatAnswer);
        Checks.positive("disconnectDelay", disconnectDelay);
        Checks.atLeast("responseLimit", responseLimit, 1);
    }

    /** As the server for Node. */
    public static SockJsSettings defaults() {
        return new SockJsSettings(
                true, Duration.ofSeconds(25), Duration.ofSeconds(10), Duration.ofSeconds(5), 128 * 1024, false);
    }

    public SockJsSettings withWebSocket(boolean on) {
        return new SockJsSettings(on, heartbeat, heartbeatAnswer, disconnectDelay, responseLimit, jsessionid);
    }

    public SockJsSettings withHeartbeat(Duration interval) {
        return new SockJsSettings(webSocket, interval, heartbeatAnswer, disconnectDelay, responseLimit, jsessionid);
    }

    public SockJsSettings withDisconnectDelay(Duration delay) {
        return new SockJsSettings(webSocket, heartbeat, heartbeatAnswer, delay, responseLimit, jsessionid);
    }

    public SockJsSettings withResponseLimit(int characters) {
        return new SockJsSettings(webSocket, heartbeat, heartbeatAnswer, disconnectDelay, characters, jsessionid);
    }

    public SockJsSettings withJsessionid(boolean on) {
        return new SockJsSettings(webSocket, heartbeat, heartbeatAnswer, disconnectDelay, responseLimit, on);
    }
}
