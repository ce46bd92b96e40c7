package io.agentruntime.atomemo;

import io.agentruntime.error.DecodeException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * A request of the hub's, read field by field. What does not fit is a {@link DecodeException}.
 *
 * @param id what it is answered under
 * @param event what is asked for
 * @param payload the whole
 */
record HubRequest(String id, HubEvent event, JsonPayload payload) {

    private static final TypeReference<Map<String, @Nullable Object>> VALUES = new TypeReference<>() {};

    String text(String field) {
        String text = payload.string(field);
        if (text == null) {
            throw malformed(field, "must be a text");
        }
        return text;
    }

    @Nullable
    String optionalText(String field) {
        return payload.field(field).filter(value -> !value.isNull()).isPresent() ? text(field) : null;
    }

    Arguments parameters() {
        return Arguments.read(
                payload.field("parameters")
                        .filter(JsonPayload::isObject)
                        .orElseThrow(() -> malformed("parameters", "must be an object")),
                JsonCodec.create());
    }

    /** The values of one credential. */
    CredentialValues credential() {
        return values(payload.field("credential").orElseThrow(() -> malformed("credential", "must be an object")));
    }

    /** The same; without any when the hub sends none. */
    CredentialValues optionalCredential() {
        return payload.field("credential")
                .filter(value -> !value.isNull())
                .map(this::values)
                .orElseGet(() -> new CredentialValues(Map.of()));
    }

    /** The values of several credentials by name, none when the hub sends none. */
    Map<String, CredentialValues> credentials() {
        Map<String, CredentialValues> all = new LinkedHashMap<>();
        payload.field("credentials")
                .ifPresent(credentials -> credentials.fields().forEach((name, one) -> all.put(name, values(one))));
        return all;
    }

    private CredentialValues values(JsonPayload credential) {
        if (!credential.isObject()) {
            throw malformed("credential", "must be an object");
        }
        return new CredentialValues(credential.as(VALUES));
    }

    Map<String, @Nullable Object> extra() {
        return payload.field("extra")
                .filter(JsonPayload::isObject)
                .map(extra -> extra.as(VALUES))
                .orElseGet(Map::of);
    }

    private DecodeException malformed(String field, String rule) {
        return new DecodeException(event.wireName(), "field '" + field + "' " + rule, "", null);
    }

    /** Without what it carries. */
    @Override
    public String toString() {
        return event.wireName() + " " + id;
    }
}
