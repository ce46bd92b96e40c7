package io.agentruntime.atomemo;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What the platform demands of the definitions of plugins, tools, credentials and models. */
final class DefinitionRules {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z](?:(?![_-]{2,})[a-zA-Z0-9_-]){3,63}[a-zA-Z0-9]");
    private static final Pattern MODEL_NAME = Pattern.compile("[a-zA-Z](?:(?![_.-]{2,})[a-zA-Z0-9._/-])*[a-zA-Z0-9]");
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]+@[^@\\s]+");

    private static final Set<String> UNSUPPORTABLE = Set.of(
            "endpoint",
            "temperature",
            "frequency_penalty",
            "seed",
            "max_tokens",
            "json_schema",
            "stream",
            "stream_options",
            "structured_outputs",
            "parallel_tool_calls",
            "verbosity");

    private static final List<String> LANGUAGES = List.of("typescript", "elixir");

    private DefinitionRules() {}

    /** A plugin without its features. */
    static void plugin(Map<String, ?> definition) {
        Field plugin = base("", definition);
        name(plugin.at("name"));
        plugin.at("repo").webAddress();
        plugin.at("version").requiredText();
        plugin.at("author").text();
        if (plugin.at("email").isPresent()) {
            plugin.at("email").matches(EMAIL, "must be a mail address");
        }
        plugin.at("lang").required().oneOf(LANGUAGES);
        Field locales = plugin.at("locales").required();
        locales.elements().forEach(locale -> locale.locale(locale.requiredText()));
        if (locales.elements().isEmpty()) {
            throw locales.fails("must not be empty");
        }
    }

    /**
     * A tool.
     *
     * @param locators the names of its functions that list
     * @param mappings the names of its functions that tell fields
     */
    static void tool(Map<String, ?> definition, Set<String> locators, Set<String> mappings) {
        Field tool = base("tool", definition);
        name(tool.at("name"));
        tool.at("skill").text();
        new ParameterRules(locators, mappings).all(tool.at("parameters").required());
    }

    /** A tool as it was written to a file, without its functions. */
    static void writtenTool(Map<String, ?> definition) {
        Field tool = base("tool", definition);
        name(tool.at("name"));
        tool.at("skill").text();
        new ParameterRules(null, null).all(tool.at("parameters").required());
    }

    /** A credential. */
    static void credential(Map<String, ?> definition) {
        Field credential = base("credential", definition);
        name(credential.at("name"));
        Field parameters = credential.at("parameters").required();
        for (Field parameter : parameters.elements()) {
            Field type = parameter.object().at("type");
            if (ParameterType.of(type.requiredText())
                    .filter(ParameterType::isScalar)
                    .isEmpty()) {
                throw type.fails("must be string, number, integer, boolean or encrypted_string in a credential");
            }
        }
        new ParameterRules(Set.of(), Set.of()).all(parameters);
        if (credential.at("oauth2").flag().orElse(false)) {
            oauth2(parameters);
        }
    }

    private static void oauth2(Field parameters) {
        wanted(parameters, "client_id", "string", true);
        wanted(parameters, "client_secret", "encrypted_string", true);
        wanted(parameters, "access_token", "encrypted_string", false);
        wanted(parameters, "refresh_token", "encrypted_string", false);
        wanted(parameters, "expires_at", "integer", false);
    }

    private static void wanted(Field parameters, String name, String type, boolean required) {
        Field found = parameters.elements().stream()
                .filter(parameter -> name.equals(parameter.at("name").value()))
                .findFirst()
                .orElseThrow(() -> new Field(parameters.path() + "." + name, null)
                        .fails("is required with oauth2, as " + (required ? "required " : "") + type));
        if (!type.equals(found.at("type").value())) {
            throw found.at("type").fails("must be " + type + " for '" + name + "' with oauth2");
        }
        if (required && !found.at("required").flag().orElse(false)) {
            throw found.at("required").fails("must be true for '" + name + "' with oauth2");
        }
    }

    /** A model. */
    static void model(Map<String, ?> definition) {
        Field model = base("model", definition);
        model.at("name")
                .matches(
                        MODEL_NAME,
                        "must be letters, digits and single . _ - and /, begin with a letter, and end with a letter or digit");
        model.at("model_type").required().oneOf(List.of("llm"));
        choices(model.at("input_modalities"), Set.of("file", "image", "text"), true);
        choices(model.at("output_modalities"), Set.of("text"), true);
        choices(model.at("unsupported_parameters"), UNSUPPORTABLE, false);
        model.at("default_endpoint").webAddress();
        pricing(model.at("pricing").object());
        overrides(model.at("override_parameters").object());
    }

    private static void choices(Field field, Set<String> allowed, boolean wanted) {
        List<Field> elements = field.required().elements();
        if (wanted && elements.isEmpty()) {
            throw field.fails("must not be empty");
        }
        Set<Object> seen = new HashSet<>();
        for (Field element : elements) {
            element.required().oneOf(allowed);
            if (!seen.add(String.valueOf(element.value()))) {
                throw element.fails("must be there only once");
            }
        }
    }

    private static void pricing(Field pricing) {
        for (Field price : pricing.members()) {
            if (price.path().endsWith(".currency")) {
                price.text();
            } else if (price.number().filter(number -> number.signum() < 0).isPresent()) {
                throw price.fails("must not be negative");
            }
        }
    }

    private static void overrides(Field overrides) {
        for (Field override : overrides.members()) {
            override.object();
            if (override.path().endsWith(".verbosity")) {
                override.at("default").oneOf(List.of("low", "medium", "high"));
            } else {
                ParameterRules.ordered(override.at("minimum"), override.at("default"), override.at("maximum"));
            }
        }
    }

    private static Field base(String path, Map<String, ?> definition) {
        Field field = new Field(path, definition);
        field.at("display_name").required().localized();
        field.at("description").required().localized();
        field.at("icon").required().text();
        return field;
    }

    private static void name(Field name) {
        name.matches(
                NAME,
                "must be 5 to 65 letters, digits and single _ or -, begin with a letter, and end with a letter or digit");
    }
}
