package io.agentruntime.atomemo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;
import tools.jackson.databind.JsonNode;

/** What is told of a plugin, and what is written of it. */
class RegistryTest {

    @TempDir
    Path folder;

    private static JsonNode json(Object value) {
        return JsonCodec.create().mapper().readTree(JsonCodec.create().encode(value));
    }

    @Test
    void theDefinitionHasTheFieldsOfTheProtocolInOrder() {
        JsonNode definition = json(Samples.registry().serialize());

        assertThat(definition.propertyNames())
                .containsExactly(
                        "name",
                        "display_name",
                        "description",
                        "icon",
                        "author",
                        "email",
                        "repo",
                        "version",
                        "locales",
                        "lang",
                        "credentials",
                        "models",
                        "tools");
        assertThat(definition.at("/tools/0").propertyNames())
                .containsExactly("name", "display_name", "description", "icon", "parameters");
        assertThat(definition.at("/credentials/0").propertyNames())
                .containsExactly("name", "display_name", "description", "icon", "parameters", "oauth2");
        assertThat(definition.at("/models/0").propertyNames())
                .containsExactlyInAnyOrder(
                        "name",
                        "display_name",
                        "description",
                        "icon",
                        "model_type",
                        "input_modalities",
                        "output_modalities",
                        "unsupported_parameters",
                        "default_endpoint",
                        "pricing",
                        "override_parameters");
        assertThat(definition
                        .at("/tools/0/parameters")
                        .valueStream()
                        .map(p -> p.get("type").asString()))
                .contains(Stream.of(ParameterType.values())
                        .map(ParameterType::wireName)
                        .toArray(String[]::new));
        assertThat(definition.at("/tools/0/parameters/12/modes").toString())
                .contains("\"search_list_method\":\"list_sheets\"", "\"extract_value\"");
    }

    @Test
    void whatIsNotSaidHasADefaultThatTheHubAccepts() {
        Registry registry = new Registry(Samples.plugin());
        registry.register(
                Tool.builder("fetch_data").invoke(Handler.blocking(call -> "x")).build());
        registry.register(Model.builder("gpt-4")
                .displayName(LocalizedText.english("GPT-4"))
                .build());
        JsonNode definition = json(registry.serialize());

        assertThat(definition.at("/tools/0").toString())
                .isEqualTo("{\"name\":\"fetch_data\",\"display_name\":{\"en_US\":\"fetch_data\"},"
                        + "\"description\":{\"en_US\":\"fetch_data\"},\"icon\":\"\",\"parameters\":[]}");
        assertThat(definition.at("/models/0/description/en_US").asString()).isEqualTo("GPT-4");
        assertThat(definition.at("/models/0/input_modalities").toString()).isEqualTo("[\"text\"]");
    }

    @Test
    void aDefinitionSurvivesItsFile() throws IOException {
        PluginDefinition definition = Samples.registry().serialize();
        DefinitionFile file = new DefinitionFile(folder.resolve("definition.json"));
        Files.writeString(folder.resolve("definition.json"), "old");

        StepVerifier.create(file.write(definition).then(file.read()))
                .assertNext(read -> {
                    assertThat(read).isEqualTo(definition);
                    assertThat(read.name()).isEqualTo("my-plugin");
                    assertThat(json(read)).isEqualTo(json(definition));
                })
                .verifyComplete();
        assertThat(Files.readString(folder.resolve("definition.json")))
                .startsWith("{\n  \"name\": \"my-plugin\",\n  \"display_name\": {\n    \"en_US\": \"My plugin\"");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void aFileThatCannotBeWrittenLeavesTheOldOneAndNothingElse() throws IOException {
        Path taken = Files.createDirectories(folder.resolve("definition.json").resolve("inside"));
        DefinitionFile file = new DefinitionFile(folder.resolve("definition.json"));

        StepVerifier.create(file.write(Samples.registry().serialize())).verifyError(IOException.class);
        assertThat(taken).exists();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void featuresAreFoundByKindAndName() {
        Registry registry = Samples.registry();

        assertThat(registry.resolve(Feature.Kind.TOOL, "fetch_data").name()).isEqualTo("fetch_data");
        assertThat(registry.all(Feature.Kind.MODEL)).hasSize(1);
        assertThatThrownBy(() -> registry.resolve(Feature.Kind.MODEL, "fetch_data"))
                .isInstanceOf(UnknownFeatureException.class)
                .hasMessageContaining("No model 'fetch_data' is registered");
    }

    @Test
    void typedValuesAreFoundAtAnyDepth() {
        JsonPayload json = JsonCodec.create().payload("parameters", """
                        {"doc":{"__type__":"file_ref","source":"oss","res_key":"k","size":5000000000,"new":1},
                         "list":[{"deep":{"__type__":"resource_locator","mode_name":"id","value":"v"}},null],
                         "map":{"__type__":"resource_mapper","mapping_mode":"manual","value":{"a":1}},
                         "odd":{"__type__":"later"},"city":"Rome","n":1.5,"none":null}
                        """.getBytes(UTF_8));
        Arguments arguments = Arguments.read(json, JsonCodec.create());

        FileRef file = arguments.file("doc").orElseThrow();
        assertThat(file.resKey()).isEqualTo("k");
        assertThat(file.size()).isEqualTo(5_000_000_000L);
        assertThat(((Map<?, ?>) ((List<?>) arguments.values().get("list")).get(0)).get("deep"))
                .isEqualTo(new ResourceLocator("id", "v"));
        assertThat(arguments.mapper("map").orElseThrow().value()).isEqualTo(Map.of("a", 1));
        assertThat(arguments.values().get("odd")).isEqualTo(Map.of("__type__", "later"));
        assertThat(arguments.text("city")).hasValue("Rome");
        assertThat(arguments.text("n")).isEmpty();
        assertThat(arguments.values()).containsKey("none");
        assertThat(json(file).get("__type__").asString()).isEqualTo("file_ref");
        assertThat(json(file).get("res_key").asString()).isEqualTo("k");
    }
}
