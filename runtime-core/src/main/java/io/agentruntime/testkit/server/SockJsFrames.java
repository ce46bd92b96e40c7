package io.agentruntime.testkit.server;

import io.agentruntime.error.DecodeException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The frames of a SockJS server, and the messages of its clients. */
final class SockJsFrames {

    private static final String HEX = "0123456789abcdef";

    private SockJsFrames() {}

    static String messages(List<String> messages) {
        StringBuilder frame = new StringBuilder("a[");
        for (String message : messages) {
            if (frame.length() > 2) {
                frame.append(',');
            }
            quote(message, frame);
        }
        return frame.append(']').toString();
    }

    static String close(int code, String reason) {
        StringBuilder frame = new StringBuilder("c[").append(code).append(',');
        quote(reason, frame);
        return frame.append(']').toString();
    }

    /** As JSON, and besides escaped what browsers were found to change on its way. */
    private static void quote(String text, StringBuilder to) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> to.append('\\').append(c);
                case '\b' -> to.append("\\b");
                case '\f' -> to.append("\\f");
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                    if (isChangedByBrowsers(c)) {
                        escape(c, to);
                    } else {
                        to.append(c);
                    }
                }
            }
        }
        to.append('"');
    }

    private static boolean isChangedByBrowsers(char c) {
        return c < ' '
                || Character.isSurrogate(c)
                || (c >= 0x200C && c <= 0x200F)
                || (c >= 0x2028 && c <= 0x202F)
                || (c >= 0x2060 && c <= 0x206F)
                || c >= 0xFFF0;
    }

    private static void escape(char c, StringBuilder to) {
        to.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            to.append(HEX.charAt((c >> shift) & 0xF));
        }
    }

    /** The data of an event, in which these four may not stand. */
    static String escapedForEvents(String frame) {
        return frame.replace("%", "%25")
                .replace("\r", "%0D")
                .replace("\n", "%0A")
                .replace("\0", "%00");
    }

    /** What a client has sent, or {@code null} when it is no JSON. Over WebSocket it may be one value instead of an array. */
    static @Nullable List<byte[]> read(byte[] sent) {
        JsonPayload payload;
        try {
            payload = JsonCodec.create().payload("messages of a SockJS client", sent);
        } catch (DecodeException e) {
            return null;
        }
        JsonNode json = payload.tree();
        List<byte[]> messages = new ArrayList<>();
        if (json.isArray()) {
            json.forEach(message -> messages.add(text(message)));
        } else {
            messages.add(text(json));
        }
        return messages;
    }

    /** Clients send strings; what else one may send is handed on as it would be printed. */
    private static byte[] text(JsonNode message) {
        return (message.isString() ? message.stringValue() : message.toString()).getBytes(StandardCharsets.UTF_8);
    }
}
