package io.agentruntime.atomemo;

import com.fasterxml.jackson.annotation.JsonValue;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.json.JsonCodec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** A plugin as the hub gets it, its tools, credentials and models included, all of them checked. Immutable. */
public final class PluginDefinition {

    private static final TypeReference<Map<String, Object>> FIELDS = new TypeReference<>() {};

    /** What a plugin says of itself, in the order in which it is written. */
    static final List<String> OWN_FIELDS = List.of(
            "name", "display_name", "description", "icon", "author", "email", "repo", "version", "locales", "lang");

    private final Map<String, Object> fields;

    private PluginDefinition(Map<String, Object> fields) {
        this.fields = fields;
    }

    /**
     * A definition in full.
     *
     * @throws InvalidOptionException when it is not what the platform demands
     */
    static PluginDefinition of(Map<String, ?> all) {
        Map<String, Object> fields = Definitions.copy(all);
        DefinitionRules.plugin(fields);
        Field root = new Field("", fields);
        each(root, Feature.Kind.CREDENTIAL, DefinitionRules::credential);
        each(root, Feature.Kind.MODEL, DefinitionRules::model);
        each(root, Feature.Kind.TOOL, DefinitionRules::writtenTool);
        return new PluginDefinition(fields);
    }

    /** A check of one feature. */
    @FunctionalInterface
    private interface Rule {
        void check(Map<String, ?> definition);
    }

    @SuppressWarnings("unchecked") // the keys of a copy are texts
    private static void each(Field root, Feature.Kind kind, Rule rule) {
        for (Field feature : root.at(kind.listName()).required().elements()) {
            rule.check((Map<String, ?>)
                    Objects.requireNonNull(feature.required().object().value()));
        }
    }

    /**
     * Reads a definition, as {@code definition.json} has it.
     *
     * @throws DecodeException when it is no JSON object
     * @throws InvalidOptionException when it is not what the platform demands
     */
    public static PluginDefinition read(byte[] json) {
        return of(JsonCodec.create().decode(json, FIELDS));
    }

    /** The plugin's name. */
    public String name() {
        return text("name").orElseThrow();
    }

    /** The plugin's version. */
    public String version() {
        return text("version").orElseThrow();
    }

    private Optional<String> text(String field) {
        return new Field("", fields).at(field).text();
    }

    /** Its fields, in the order in which they are written: maps, lists, texts, numbers, booleans. Not to be changed. */
    @JsonValue
    public Map<String, Object> fields() {
        return fields;
    }

    /** Whether the other says the same. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PluginDefinition that && fields.equals(that.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    @Override
    public String toString() {
        return "PluginDefinition[" + name() + " " + version() + "]";
    }
}
