package io.agentruntime.atomemo;

import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.phoenix.PhoenixMessage;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Logs what goes to the hub and what comes from it, at DEBUG, where the environment's {@code DEBUG} asks for it. Whatever is
 * secret by its name or as an encrypted parameter, and everything in a credential, is left out.
 */
final class FrameLog {

    private static final Logger log = LoggerFactory.getLogger("io.agentruntime.atomemo.frames");

    private static final String HIDDEN = "***";
    private static final int LONGEST = 4000;

    /** Fields whose name contains one of these are secret, or as good as a key. */
    private static final List<String> SECRET =
            List.of("key", "token", "secret", "password", "authorization", "url", "code", "state", "content");

    /** Fields of which everything is secret. */
    private static final List<String> SECRET_WHOLE =
            List.of("credential", "credentials", "headers", "parameters_patch");

    /** What is called like a secret and is none. */
    private static final List<String> HARMLESS = List.of("res_key", "pagination_token");

    private final boolean on;
    private final Set<String> secretNames = ConcurrentHashMap.newKeySet();

    FrameLog(boolean on) {
        this.on = on;
    }

    boolean isOn() {
        return on && log.isDebugEnabled();
    }

    /** Further names of fields that are secret: those of parameters that are. */
    void hide(Collection<String> names) {
        names.forEach(name -> secretNames.add(name.toLowerCase(Locale.ROOT)));
    }

    void received(PhoenixMessage message) {
        if (isOn()) {
            String payload = message.payload().isBinary()
                    ? "binary"
                    : shown(message.payload().json());
            log.debug("<- {} {} {}", message.topic(), message.event(), payload);
        }
    }

    void sent(String topic, String event, Object payload) {
        if (isOn()) {
            // Written and read again: JSON that is kept as text would stay text in a tree, with all that it holds.
            byte[] json = JsonCodec.create().encode(payload);
            log.debug("-> {} {} {}", topic, event, shown(JsonCodec.create().payload("frame", json)));
        }
    }

    private String shown(JsonPayload payload) {
        String text = redacted(payload.tree(), false).toString();
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    }

    private JsonNode redacted(JsonNode node, boolean whole) {
        if (node.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            node.properties()
                    .forEach(field -> copy.set(field.getKey(), field(field.getKey(), field.getValue(), whole)));
            return copy;
        }
        if (node.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            node.forEach(element -> copy.add(redacted(element, whole)));
            return copy;
        }
        return whole && !node.isNull() ? JsonNodeFactory.instance.stringNode(HIDDEN) : node;
    }

    private JsonNode field(String name, JsonNode value, boolean whole) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean secret = SECRET.stream().anyMatch(lower::contains) && !HARMLESS.contains(lower);
        return redacted(value, whole || secret || SECRET_WHOLE.contains(lower) || secretNames.contains(lower));
    }
}
