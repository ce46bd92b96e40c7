package io.agentruntime.phoenix.testkit;

import io.agentruntime.testkit.server.Recorder;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What came in, with the secrets taken out. */
final class Records {

    private static final String HIDDEN = "***";

    final Recorder<RecordedConnect> connects;
    final Recorder<RecordedMessage> messages;
    private final Hub hub;
    private final Set<String> secretFields;

    Records(Hub hub, PhoenixSettings settings) {
        this.hub = hub;
        this.secretFields = settings.secretFields();
        this.connects = new Recorder<>(hub.confined, settings.recordLimit());
        this.messages = new Recorder<>(hub.confined, settings.recordLimit());
    }

    void add(ConnectRequest request) {
        Map<String, String> params = new LinkedHashMap<>();
        request.params().forEach((name, value) -> params.put(name, isSecret(name) ? HIDDEN : value));
        connects.add(new RecordedConnect(
                now(),
                request.transport(),
                request.vsn(),
                params,
                request.authToken().isPresent()));
    }

    void add(Connection from, WireMessage message) {
        String payload = message.payload() instanceof byte[] data
                ? length(data)
                : visible(message.json()).toString();
        messages.add(new RecordedMessage(
                now(), from.number(), message.joinRef(), message.ref(), message.topic(), message.event(), payload));
    }

    void addMalformed(Connection from, byte[] frame) {
        messages.add(new RecordedMessage(now(), from.number(), null, null, "", "", length(frame)));
    }

    private static String length(byte[] data) {
        return "<" + data.length + " bytes>";
    }

    private Instant now() {
        return Instant.ofEpochMilli(hub.scheduler().now(TimeUnit.MILLISECONDS));
    }

    private JsonNode visible(JsonNode node) {
        if (node.isObject()) {
            ObjectNode visible = JsonNodeFactory.instance.objectNode();
            node.properties()
                    .forEach(field -> visible.set(
                            field.getKey(),
                            isSecret(field.getKey())
                                    ? JsonNodeFactory.instance.stringNode(HIDDEN)
                                    : visible(field.getValue())));
            return visible;
        }
        if (node.isArray()) {
            ArrayNode visible = JsonNodeFactory.instance.arrayNode();
            node.forEach(element -> visible.add(visible(element)));
            return visible;
        }
        return node;
    }

    private boolean isSecret(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return secretFields.stream().anyMatch(lower::contains);
    }
}
