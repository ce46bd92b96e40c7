package io.agentruntime.atomemo;

import static io.agentruntime.atomemo.Samples.text;
import static io.agentruntime.atomemo.Samples.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.agentruntime.error.InvalidOptionException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** A definition that the platform would refuse fails when it is added, and says where, why, and on what value. */
class BadDefinitionsTest {

    private static Tool named(String name) {
        return Tool.builder(name).invoke(call -> Mono.empty()).build();
    }

    private static Tool with(Parameter... parameters) {
        return tool(parameters);
    }

    private static Model.Builder model() {
        return Model.builder("openai/gpt-4");
    }

    private static Credential oauth(Parameter... replaced) {
        Credential.Builder credential = Credential.builder("oauth-cred").set("oauth2", true);
        Arrays.stream(replaced).forEach(credential::parameter);
        return credential.build();
    }

    private static ParameterBuilder.Text string() {
        return Parameter.string("p");
    }

    static Stream<Arguments> features() {
        return Stream.of(
                // names
                arguments(named("abc"), "tool.name", "5 to 65", "abc"),
                arguments(named("a--bcde"), "tool.name", "5 to 65", "a--bcde"),
                arguments(named("1abcde"), "tool.name", "5 to 65", "1abcde"),
                arguments(named("abcde_"), "tool.name", "5 to 65", "abcde_"),
                arguments(named("ab cde"), "tool.name", "5 to 65", "ab cde"),
                arguments(named("a".repeat(66)), "tool.name", "5 to 65", "aaaa"),
                arguments(Model.builder("a..b").build(), "model.name", "single", "a..b"),
                arguments(Model.builder("openai/").build(), "model.name", "end with", "openai/"),
                arguments(Credential.builder("x").build(), "credential.name", "5 to 65", "x"),
                // texts
                arguments(
                        Tool.builder("fetch-data")
                                .displayName(new LocalizedText(Map.of("zh_Hans", "x")))
                                .invoke(call -> Mono.empty())
                                .build(),
                        "tool.display_name",
                        "en_US",
                        "zh_Hans"),
                arguments(
                        Tool.builder("fetch-data")
                                .description(text("x").and("en_us", "x"))
                                .invoke(call -> Mono.empty())
                                .build(),
                        "tool.description.en_us",
                        "ll_CC",
                        "en_us"),
                arguments(
                        Tool.builder("fetch-data")
                                .set("display_name", Map.of("en_US", 7))
                                .invoke(call -> Mono.empty())
                                .build(),
                        "tool.display_name.en_US",
                        "must be a text",
                        "7"),
                arguments(
                        Tool.builder("fetch-data")
                                .set("display_name", "Fetch")
                                .invoke(call -> Mono.empty())
                                .build(),
                        "tool.display_name",
                        "must be an object",
                        "Fetch"),
                arguments(Tool.builder("fetch-data").build(), "tool.invoke", "is required", "nothing"),
                // parameters
                arguments(with(Parameter.string("1st").build()), "tool.parameters[0].name", "1 to 64", "1st"),
                arguments(with(Parameter.string("a__b").build()), "tool.parameters[0].name", "1 to 64", "a__b"),
                arguments(with(Parameter.string("a_").build()), "tool.parameters[0].name", "1 to 64", "a_"),
                arguments(with(Parameter.string("a".repeat(65)).build()), "tool.parameters[0].name", "1 to 64", "aaa"),
                arguments(with(string().build(), string().build()), "tool.parameters[1].name", "only once", "p"),
                arguments(
                        with(string().set("type", "text").build()),
                        "tool.parameters[0].type",
                        "type of parameter",
                        "text"),
                arguments(
                        with(string().set("required", "yes").build()),
                        "tool.parameters[0].required",
                        "true or false",
                        "yes"),
                arguments(with(string().minLength(-1).build()), "tool.parameters[0].min_length", "negative", "-1"),
                arguments(
                        with(string().minLength(5).maxLength(4).build()),
                        "tool.parameters[0].max_length",
                        "less than tool.parameters[0].min_length",
                        "4"),
                arguments(
                        with(string().maxLength(2).defaultValue("abc").build()),
                        "tool.parameters[0].default",
                        "at most 2",
                        "abc"),
                arguments(
                        with(string().choices("a", "b").defaultValue("c").build()),
                        "tool.parameters[0].default",
                        "one of",
                        "c"),
                arguments(with(string().choices().build()), "tool.parameters[0].enum", "not be empty", "[]"),
                arguments(
                        with(string().set("default", 7).build()), "tool.parameters[0].default", "must be a text", "7"),
                arguments(
                        with(string().constant("a").defaultValue("b").build()),
                        "tool.parameters[0].default",
                        "the same",
                        "b"),
                arguments(
                        with(Parameter.number("n").minimum(2).maximum(1).build()),
                        "tool.parameters[0].maximum",
                        "less than",
                        "1"),
                arguments(
                        with(Parameter.number("n").minimum(Double.NaN).build()),
                        "tool.parameters[0].minimum",
                        "finite",
                        "NaN"),
                arguments(
                        with(Parameter.integer("n").defaultValue(1.5).build()),
                        "tool.parameters[0].default",
                        "whole",
                        "1.5"),
                arguments(
                        with(Parameter.integer("n").minimum(3).constant(2).build()),
                        "tool.parameters[0].constant",
                        "at least 3",
                        "2"),
                arguments(
                        with(Parameter.bool("f").set("default", "true").build()),
                        "tool.parameters[0].default",
                        "true or false",
                        "true"),
                arguments(
                        with(Parameter.object("o")
                                .properties(
                                        Parameter.string("a").build(),
                                        Parameter.string("a").build())
                                .build()),
                        "tool.parameters[0].properties[1].name",
                        "only once",
                        "a"),
                arguments(
                        with(Parameter.object("o")
                                .properties(string().build())
                                .constant(Map.of("p", "x"))
                                .build()),
                        "tool.parameters[0].properties",
                        "must be empty",
                        "p"),
                arguments(with(Parameter.array("a").build()), "tool.parameters[0].items", "required", "null"),
                arguments(
                        with(Parameter.array("a")
                                .items(string().build())
                                .minItems(2)
                                .maxItems(1)
                                .build()),
                        "tool.parameters[0].max_items",
                        "less than",
                        "1"),
                arguments(
                        with(Parameter.array("a")
                                .items(string().minLength(-3).build())
                                .build()),
                        "tool.parameters[0].items.min_length",
                        "negative",
                        "-3"),
                arguments(
                        with(Parameter.encryptedString("s").set("default", "x").build()),
                        "tool.parameters[0].default",
                        "must not be set for encrypted_string",
                        "something"),
                arguments(
                        with(Parameter.credentialId("c").build()),
                        "tool.parameters[0].credential_name",
                        "required",
                        "null"),
                arguments(
                        with(Parameter.discriminatedUnion("u")
                                .discriminator("t")
                                .anyOf(Parameter.object("one").build())
                                .build()),
                        "tool.parameters[0].any_of",
                        "at least two",
                        "one"),
                arguments(
                        with(Samples.union("u").discriminator("other").build()),
                        "tool.parameters[0].any_of[0].properties",
                        "discriminator 'other'",
                        "type"),
                arguments(
                        with(Parameter.discriminatedUnion("u")
                                .discriminator("t")
                                .anyOf(
                                        Parameter.object("one")
                                                .properties(Parameter.string("t")
                                                        .constant("a")
                                                        .build())
                                                .build(),
                                        Parameter.object("two")
                                                .properties(Parameter.string("t")
                                                        .constant("a")
                                                        .build())
                                                .build())
                                .build()),
                        "tool.parameters[0].any_of[1].properties[0].constant",
                        "differ",
                        "a"),
                arguments(with(Parameter.resourceLocator("r").build()), "tool.parameters[0].modes", "required", "null"),
                arguments(
                        with(Parameter.resourceLocator("r").list("nobody", true).build()),
                        "tool.parameters[0].modes[0].search_list_method",
                        "a locator of the tool",
                        "nobody"),
                arguments(
                        with(Parameter.resourceLocator("r").url("(").build()),
                        "tool.parameters[0].modes[0].extract_value.regex",
                        "regular expression",
                        "("),
                arguments(
                        with(Parameter.resourceLocator("r").id().id().build()),
                        "tool.parameters[0].modes[1].type",
                        "only once",
                        "id"),
                arguments(
                        with(Parameter.resourceLocator("r")
                                .mode(Map.of("type", "name"))
                                .build()),
                        "tool.parameters[0].modes[0].type",
                        "one of",
                        "name"),
                arguments(
                        with(Parameter.resourceMapper("m")
                                .mappingMethod("nobody")
                                .build()),
                        "tool.parameters[0].mapping_method",
                        "a mapping of the tool",
                        "nobody"),
                arguments(
                        with(Parameter.resourceLocator("r").id().dependsOn("q").build()),
                        "tool.parameters[0].depends_on[0]",
                        "same level",
                        "q"),
                arguments(
                        with(
                                Parameter.fileRef("f").build(),
                                Parameter.resourceLocator("r")
                                        .id()
                                        .dependsOn("f")
                                        .build()),
                        "tool.parameters[1].depends_on[0]",
                        "must name a string",
                        "f"),
                arguments(
                        with(
                                string().build(),
                                Parameter.string("q")
                                        .set("depends_on", List.of("p"))
                                        .build()),
                        "tool.parameters[1].depends_on",
                        "only for",
                        "p"),
                arguments(
                        with(string().set("decoder", "json").build()),
                        "tool.parameters[0].decoder",
                        "only for objects",
                        "json"),
                arguments(
                        with(Parameter.object("o").set("decoder", "xml").build()),
                        "tool.parameters[0].decoder",
                        "one of",
                        "xml"),
                arguments(
                        with(string().ui(Map.of("width", "huge")).build()),
                        "tool.parameters[0].ui.width",
                        "one of",
                        "huge"),
                // credentials
                arguments(
                        Credential.builder("api_key")
                                .parameter(Parameter.fileRef("f").build())
                                .build(),
                        "credential.parameters[0].type",
                        "in a credential",
                        "file_ref"),
                arguments(oauth(), "credential.parameters.client_id", "required string", "null"),
                arguments(
                        oauth(Parameter.string("client_id").build()),
                        "credential.parameters[0].required",
                        "must be true for 'client_id'",
                        "null"),
                arguments(
                        oauth(
                                Parameter.string("client_id").required().build(),
                                Parameter.string("client_secret").required().build()),
                        "credential.parameters[1].type",
                        "must be encrypted_string for 'client_secret'",
                        "string"),
                // models
                arguments(model().modelType("tts").build(), "model.model_type", "one of", "tts"),
                arguments(model().inputModalities("audio").build(), "model.input_modalities[0]", "one of", "audio"),
                arguments(model().inputModalities().build(), "model.input_modalities", "not be empty", "[]"),
                arguments(model().outputModalities("image").build(), "model.output_modalities[0]", "one of", "image"),
                arguments(model().pricing(Map.of("input", -1)).build(), "model.pricing.input", "negative", "-1"),
                arguments(model().pricing(Map.of("input", "1")).build(), "model.pricing.input", "a number", "1"),
                arguments(
                        model().defaultEndpoint("api.example").build(),
                        "model.default_endpoint",
                        "http",
                        "api.example"),
                arguments(
                        model().unsupportedParameters("volume").build(),
                        "model.unsupported_parameters[0]",
                        "one of",
                        "volume"),
                arguments(
                        model().overrideParameters(Map.of("verbosity", Map.of("default", "loud")))
                                .build(),
                        "model.override_parameters.verbosity.default",
                        "one of",
                        "loud"),
                arguments(
                        model().overrideParameters(Map.of("temperature", Map.of("default", 3, "maximum", 1)))
                                .build(),
                        "model.override_parameters.temperature.maximum",
                        "less than",
                        "1"));
    }

    @ParameterizedTest
    @MethodSource("features")
    void aBadFeatureIsRefused(Feature feature, String field, String rule, String value) {
        assertThatThrownBy(() -> new Registry(Samples.plugin()).register(feature))
                .isInstanceOfSatisfying(
                        InvalidOptionException.class,
                        e -> assertThat(e.option()).isEqualTo(field))
                .hasMessageContaining(rule)
                .hasMessageMatching("(?s).*but was: .*" + Pattern.quote(value) + ".*");
    }

    static Stream<Arguments> plugins() {
        return Stream.of(
                arguments("name", "my", "5 to 65"),
                arguments("display_name", Map.of(), "en_US"),
                arguments("email", "jane", "mail address"),
                arguments("repo", "git@example.com:x", "http"),
                arguments("version", " ", "blank"),
                arguments("locales", List.of(), "not be empty"),
                arguments("locales[0]", List.of("english"), "ll_CC"),
                arguments("lang", "java", "one of"));
    }

    @ParameterizedTest
    @MethodSource("plugins")
    void aBadPluginIsRefused(String field, Object value, String rule) {
        Map<String, Object> plugin = new LinkedHashMap<>(Samples.plugin());
        plugin.put(field.replace("[0]", ""), value);

        assertThatThrownBy(() -> new Registry(plugin).serialize())
                .isInstanceOfSatisfying(
                        InvalidOptionException.class,
                        e -> assertThat(e.option()).isEqualTo(field))
                .hasMessageContaining(rule);
    }

    @Test
    void aCredentialThatIsChosenMustExist() {
        Registry registry = new Registry(Samples.plugin());
        registry.register(Samples.richTool());

        assertThatThrownBy(registry::serialize)
                .hasMessageContaining("must name a credential of this plugin")
                .hasMessageContaining("oauth-cred");
    }

    @Test
    void aNameIsTakenOnce() {
        Registry registry = Samples.registry();

        assertThatThrownBy(() -> registry.register(Samples.model())).hasMessageContaining("only once");
        assertThatCode(() -> registry.register(named("openai-gpt"))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"abcde", "fetch_data", "my-plugin", "A1b2_c-d"})
    void goodNamesPass(String name) {
        assertThatCode(() -> new Registry(Samples.plugin()).register(named(name)))
                .doesNotThrowAnyException();
    }
}
