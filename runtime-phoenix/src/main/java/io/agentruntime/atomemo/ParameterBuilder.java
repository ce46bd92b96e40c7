package io.agentruntime.atomemo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects what a {@link Parameter} is. Nothing is checked here: {@code addTool} and {@code addCredential} check the whole.
 *
 * @param <B> the builder of one type
 */
public abstract sealed class ParameterBuilder<B extends ParameterBuilder<B>> {

    private final Map<String, Object> fields = new LinkedHashMap<>();

    private ParameterBuilder(String name, ParameterType type) {
        fields.put("name", name);
        fields.put("type", type.wireName());
    }

    /** What users see as its name. */
    public B displayName(LocalizedText text) {
        return set("display_name", text);
    }

    /** It has to be given. Default: it may be left out. */
    public B required() {
        return set("required", true);
    }

    /** Shown only when other parameters of its level are so, e.g. {@code Map.of("kind", "file")}; MongoDB's operators work. */
    public B showWhen(Map<String, ?> condition) {
        return display("show", condition);
    }

    /** Hidden when other parameters of its level are so. */
    public B hideWhen(Map<String, ?> condition) {
        return display("hide", condition);
    }

    private B display(String which, Map<String, ?> condition) {
        Map<String, Object> display = new LinkedHashMap<>();
        if (fields.get("display") instanceof Map<?, ?> present) {
            present.forEach((key, value) -> display.put((String) key, value));
        }
        display.put(which, condition);
        return set("display", display);
    }

    /** What a language model is told of it. */
    public B llmDescription(LocalizedText text) {
        return set("ai", Map.of("llm_description", text));
    }

    /** How it is shown: the platform's own settings, e.g. {@code Map.of("component", "textarea")}. */
    public B ui(Map<String, ?> settings) {
        return set("ui", settings);
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

    /** The parameter. */
    public Parameter build() {
        return new Parameter(fields);
    }

    /** A type without settings of its own. */
    public static final class Plain extends ParameterBuilder<Plain> {
        Plain(String name, ParameterType type) {
            super(name, type);
        }
    }

    /** Text. */
    public static final class Text extends ParameterBuilder<Text> {
        Text(String name) {
            super(name, ParameterType.STRING);
        }

        /** The least number of characters. */
        public Text minLength(int length) {
            return set("min_length", length);
        }

        /** The largest number of characters. */
        public Text maxLength(int length) {
            return set("max_length", length);
        }

        /** The only values that are allowed. */
        public Text choices(String... values) {
            return set("enum", List.of(values));
        }

        /** The only value that is allowed. */
        public Text constant(String value) {
            return set("constant", value);
        }

        /** The value when none is given. */
        public Text defaultValue(String value) {
            return set("default", value);
        }
    }

    /** A number, whole or not. */
    public static final class Numeric extends ParameterBuilder<Numeric> {
        Numeric(String name, ParameterType type) {
            super(name, type);
        }

        /** The least value. */
        public Numeric minimum(Number value) {
            return set("minimum", value);
        }

        /** The largest value. */
        public Numeric maximum(Number value) {
            return set("maximum", value);
        }

        /** The only values that are allowed. */
        public Numeric choices(Number... values) {
            return set("enum", List.of(values));
        }

        /** The only value that is allowed. */
        public Numeric constant(Number value) {
            return set("constant", value);
        }

        /** The value when none is given. */
        public Numeric defaultValue(Number value) {
            return set("default", value);
        }
    }

    /** True or false. */
    public static final class Flag extends ParameterBuilder<Flag> {
        Flag(String name) {
            super(name, ParameterType.BOOLEAN);
        }

        /** The only value that is allowed. */
        public Flag constant(boolean value) {
            return set("constant", value);
        }

        /** The value when none is given. */
        public Flag defaultValue(boolean value) {
            return set("default", value);
        }
    }

    /** An object. */
    public static final class Structure extends ParameterBuilder<Structure> {
        Structure(String name) {
            super(name, ParameterType.OBJECT);
            set("properties", List.of());
        }

        /** Its parts. */
        public Structure properties(Parameter... parts) {
            return set("properties", Arrays.asList(parts));
        }

        /** What parts that are not named may be; default: there are none. */
        public Structure additionalProperties(Parameter each) {
            return set("additional_properties", each);
        }

        /** The only value that is allowed. */
        public Structure constant(Map<String, ?> value) {
            return set("constant", value);
        }

        /** The value when none is given. */
        public Structure defaultValue(Map<String, ?> value) {
            return set("default", value);
        }

        /** Users give it as JSON text, which the hub reads before the tool gets it. */
        public Structure decodedFromJson() {
            return set("decoder", "json");
        }
    }

    /** A list. */
    public static final class Sequence extends ParameterBuilder<Sequence> {
        Sequence(String name) {
            super(name, ParameterType.ARRAY);
        }

        /** What its elements are. Required. */
        public Sequence items(Parameter each) {
            return set("items", each);
        }

        /** The least number of elements. */
        public Sequence minItems(int count) {
            return set("min_items", count);
        }

        /** The largest number of elements. */
        public Sequence maxItems(int count) {
            return set("max_items", count);
        }

        /** The value when none is given. */
        public Sequence defaultValue(List<?> value) {
            return set("default", value);
        }
    }

    /** A choice among the user's credentials. */
    public static final class CredentialChoice extends ParameterBuilder<CredentialChoice> {
        CredentialChoice(String name) {
            super(name, ParameterType.CREDENTIAL_ID);
        }

        /** The name of a credential of this plugin. Required. */
        public CredentialChoice credentialName(String name) {
            return set("credential_name", name);
        }
    }

    /** One of several objects. */
    public static final class Union extends ParameterBuilder<Union> {
        Union(String name) {
            super(name, ParameterType.DISCRIMINATED_UNION);
        }

        /** The name of the property that tells the objects apart. Required. */
        public Union discriminator(String property) {
            return set("discriminator", property);
        }

        /** The objects, at least two; each has the property with a constant of its own. */
        public Union anyOf(Parameter... objects) {
            return set("any_of", Arrays.asList(objects));
        }

        /** How the choice is shown. */
        public Union discriminatorUi(Map<String, ?> settings) {
            return set("discriminator_ui", settings);
        }
    }

    /** A thing of another system. */
    public static final class Locator extends ParameterBuilder<Locator> {
        private final List<Map<String, Object>> modes = new ArrayList<>();

        Locator(String name) {
            super(name, ParameterType.RESOURCE_LOCATOR);
        }

        /**
         * It can be chosen from a list.
         *
         * @param method the name that the tool gave to the function which lists
         * @param searchable whether the list takes a filter
         */
        public Locator list(String method, boolean searchable) {
            return mode(Map.of("type", "list", "search_list_method", method, "searchable", searchable));
        }

        /** It can be given by its address, from which a regular expression takes the value. */
        public Locator url(String regex) {
            return mode(Map.of("type", "url", "extract_value", Map.of("type", "regex", "regex", regex)));
        }

        /** It can be given by its id. */
        public Locator id() {
            return mode(Map.of("type", "id"));
        }

        /** A mode with all its settings. */
        public Locator mode(Map<String, ?> settings) {
            modes.add(new LinkedHashMap<>(settings));
            return set("modes", List.copyOf(modes));
        }

        /** The parameters of its level that its list depends on. */
        public Locator dependsOn(String... parameters) {
            return set("depends_on", List.of(parameters));
        }
    }

    /** Values for the fields of a thing. */
    public static final class Mapper extends ParameterBuilder<Mapper> {
        Mapper(String name) {
            super(name, ParameterType.RESOURCE_MAPPER);
        }

        /** The name that the tool gave to the function which tells the fields. Required. */
        public Mapper mappingMethod(String method) {
            return set("mapping_method", method);
        }

        /** The parameters of its level that its fields depend on. */
        public Mapper dependsOn(String... parameters) {
            return set("depends_on", List.of(parameters));
        }
    }
}
