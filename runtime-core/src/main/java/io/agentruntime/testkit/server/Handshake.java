package io.agentruntime.testkit.server;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;

/** What becomes of a WebSocket handshake. */
public sealed interface Handshake {

    /**
     * Accepted.
     *
     * @param subprotocol the one chosen of those offered, empty for none
     * @param opened takes the socket up when it is open, inside a change; what it sends there is what the client hears
     *     first
     */
    record Accept(String subprotocol, Function<ServerSocket, SocketHandler> opened) implements Handshake {

        public Accept(Function<ServerSocket, SocketHandler> opened) {
            this("", opened);
        }
    }

    /** Refused, with exactly these headers and this body, and the end of the connection. */
    record Refuse(int status, String reason, Map<String, String> headers, String body) implements Handshake {

        /** A refusal with an empty body. */
        public static Refuse of(int status) {
            return new Refuse(status, "Refused", Map.of("content-length", "0", "connection", "close"), "");
        }

        /** A status line without a header, as servers write it that refuse by hand. */
        public static Refuse bare(int status, String reason) {
            return new Refuse(status, reason, Map.of(), "");
        }

        byte[] bytes() {
            StringBuilder text = new StringBuilder("HTTP/1.1 " + status + " " + reason + "\r\n");
            headers.forEach((name, value) ->
                    text.append(name).append(": ").append(value).append("\r\n"));
            return text.append("\r\n").append(body).toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    /** The end, without a byte. */
    record Drop() implements Handshake {}
}
