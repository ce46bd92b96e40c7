package io.agentruntime.atomemo;

import java.util.List;
import java.util.Map;

/** A language model that a plugin brings. Immutable. */
public final class Model implements Feature {

    private final Map<String, Object> definition;

    private Model(Builder builder) {
        this.definition = builder.fields();
    }

    /** Starts to describe a model, whose name is best {@code provider/model}. */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    @Override
    public Kind kind() {
        return Kind.MODEL;
    }

    @Override
    public String name() {
        return String.valueOf(definition.get("name"));
    }

    @Override
    public Map<String, Object> definition() {
        return definition;
    }

    @Override
    public void check() {
        DefinitionRules.model(definition);
    }

    @Override
    public String toString() {
        return "Model[" + name() + "]";
    }

    /** Describes a {@link Model}. */
    public static final class Builder extends FeatureBuilder<Builder> {

        private Builder(String name) {
            super(name);
            set("model_type", "llm");
            set("input_modalities", List.of("text"));
            set("output_modalities", List.of("text"));
            set("unsupported_parameters", List.of());
        }

        /** What it is; default {@code llm}, the only type there is. */
        public Builder modelType(String type) {
            return set("model_type", type);
        }

        /** What it takes, of {@code file}, {@code image} and {@code text}; default {@code text}. */
        public Builder inputModalities(String... kinds) {
            return set("input_modalities", List.of(kinds));
        }

        /** What it gives; default {@code text}, the only kind there is. */
        public Builder outputModalities(String... kinds) {
            return set("output_modalities", List.of(kinds));
        }

        /** Where it is reached unless the user says otherwise. */
        public Builder defaultEndpoint(String url) {
            return set("default_endpoint", url);
        }

        /**
         * What it costs, a token or a request: {@code input}, {@code output}, {@code input_cache_read}, {@code
         * input_cache_write}, {@code request}, and the {@code currency}.
         */
        public Builder pricing(Map<String, ?> prices) {
            return set("pricing", prices);
        }

        /**
         * Other bounds than the platform's, e.g. {@code Map.of("temperature", Map.of("maximum", 1.0))}; of {@code
         * temperature}, {@code frequency_penalty}, {@code max_tokens}, {@code verbosity}.
         */
        public Builder overrideParameters(Map<String, ?> overrides) {
            return set("override_parameters", overrides);
        }

        /** The platform's settings that it does not know, e.g. {@code seed}; default: it knows all. */
        public Builder unsupportedParameters(String... names) {
            return set("unsupported_parameters", List.of(names));
        }

        /** The model. It is checked when it is added to a plugin. */
        public Model build() {
            return new Model(this);
        }
    }
}
