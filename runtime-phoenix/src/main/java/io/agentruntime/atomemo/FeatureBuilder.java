package io.agentruntime.atomemo;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the builders of tools, credentials and models have in common. Nothing is checked here: what it belongs to is checked
 * when it is added to a plugin.
 *
 * @param <B> the builder itself
 */
public abstract sealed class FeatureBuilder<B extends FeatureBuilder<B>>
        permits Tool.Builder, Credential.Builder, Model.Builder {

    private final Map<String, Object> fields = new LinkedHashMap<>();

    FeatureBuilder(String name) {
        fields.put("name", name);
        displayName(LocalizedText.english(name));
        set("icon", "");
    }

    /** What users see as its name. Default: its name. */
    public B displayName(LocalizedText text) {
        return set("display_name", text);
    }

    /** What it is good for. Default: its display name. */
    public B description(LocalizedText text) {
        return set("description", text);
    }

    /** An emoji or the address of an image. Default: none. */
    public B icon(String icon) {
        return set("icon", icon);
    }

    /** Any other field of the platform's. */
    public B set(String field, Object value) {
        fields.put(field, value);
        return self();
    }

    @SuppressWarnings("unchecked") // each subclass names itself
    private B self() {
        return (B) this;
    }

    Map<String, Object> fields() {
        Map<String, Object> ordered = new LinkedHashMap<>();
        for (String first : new String[] {"name", "display_name", "description", "icon"}) {
            ordered.put(first, fields.getOrDefault(first, fields.get("display_name")));
        }
        fields.forEach(ordered::putIfAbsent);
        return Definitions.copy(ordered);
    }
}
