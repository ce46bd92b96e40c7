package io.agentruntime.atomemo;

import io.agentruntime.error.InvalidOptionException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a plugin offers, by kind and name. Safe for use by many threads. */
public final class Registry {

    private final Map<Feature.Kind, Map<String, Feature>> features = new LinkedHashMap<>();
    private final Map<String, Object> plugin;

    /** @param plugin the plugin's own fields, in order */
    Registry(Map<String, Object> plugin) {
        this.plugin = Definitions.copy(plugin);
        for (Feature.Kind kind : Feature.Kind.values()) {
            features.put(kind, new LinkedHashMap<>());
        }
    }

    /** Errors: {@link InvalidOptionException} when it is not what the platform demands, or its name is taken. */
    synchronized void register(Feature feature) {
        feature.check();
        if (of(feature.kind()).putIfAbsent(feature.name(), feature) != null) {
            throw new InvalidOptionException(
                    feature.kind().name().toLowerCase(Locale.ROOT) + ".name",
                    feature.name(),
                    "must be there only once");
        }
    }

    /**
     * A feature by its name.
     *
     * @throws UnknownFeatureException when the plugin has none
     */
    public synchronized Feature resolve(Feature.Kind kind, String name) {
        Feature found = of(kind).get(name);
        if (found == null) {
            throw new UnknownFeatureException(kind, name);
        }
        return found;
    }

    Tool tool(String name) {
        return (Tool) resolve(Feature.Kind.TOOL, name);
    }

    Credential credential(String name) {
        return (Credential) resolve(Feature.Kind.CREDENTIAL, name);
    }

    /** All features of a kind, in the order in which they were added. */
    public synchronized List<Feature> all(Feature.Kind kind) {
        return List.copyOf(of(kind).values());
    }

    /**
     * The definition for the hub: the plugin and all features, without their functions.
     *
     * @throws InvalidOptionException when a parameter names a credential that the plugin does not have, or the plugin itself
     *     is not what the platform demands
     */
    public PluginDefinition serialize() {
        return serialize(Map.of());
    }

    /** The same, with some of the plugin's own fields replaced. */
    PluginDefinition serialize(Map<String, Object> replaced) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (String field : PluginDefinition.OWN_FIELDS) {
            Object value = replaced.getOrDefault(field, plugin.get(field));
            if (value != null) {
                all.put(field, value);
            }
        }
        for (Feature.Kind kind : Feature.Kind.values()) {
            List<Map<String, Object>> definitions = new ArrayList<>();
            all(kind).forEach(feature -> definitions.add(feature.definition()));
            all.put(kind.listName(), definitions);
        }
        PluginDefinition definition = PluginDefinition.of(all);
        credentialsOf(
                new Field(Feature.Kind.TOOL.listName(), definition.fields().get(Feature.Kind.TOOL.listName())));
        return definition;
    }

    /** Whoever chooses a credential chooses among those of this plugin. */
    private void credentialsOf(Field field) {
        if (field.value() instanceof Collection<?>) {
            field.elements().forEach(this::credentialsOf);
        } else if (field.value() instanceof Map<?, ?>) {
            Field name = field.at("credential_name");
            boolean choice = ParameterType.CREDENTIAL_ID
                    .wireName()
                    .equals(field.at("type").value());
            if (choice && !knows(name.requiredText())) {
                throw name.fails("must name a credential of this plugin");
            }
            field.members().forEach(this::credentialsOf);
        }
    }

    private synchronized boolean knows(String credential) {
        return of(Feature.Kind.CREDENTIAL).containsKey(credential);
    }

    @SuppressWarnings("NullAway") // the constructor made one for each kind
    private Map<String, Feature> of(Feature.Kind kind) {
        return features.get(kind);
    }

    @Override
    public String toString() {
        return "Registry[" + plugin.get("name") + "]";
    }
}
