package io.agentruntime.atomemo;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;

/** A plugin with every kind of feature and parameter. */
final class Samples {

    private Samples() {}

    static LocalizedText text(String english) {
        return LocalizedText.english(english).and("zh_Hans", english + " (zh)");
    }

    static Map<String, Object> plugin() {
        Map<String, Object> plugin = new LinkedHashMap<>();
        plugin.put("name", "my-plugin");
        plugin.put("display_name", text("My plugin"));
        plugin.put("description", text("Does things"));
        plugin.put("icon", "https://example.com/icon.png");
        plugin.put("author", "Jane Doe");
        plugin.put("email", "jane@example.com");
        plugin.put("repo", "https://example.com/repo");
        plugin.put("version", "1.0.0");
        plugin.put("locales", List.of("en_US", "zh_Hans"));
        plugin.put("lang", "typescript");
        return plugin;
    }

    static Tool.Builder tool() {
        return Tool.builder("fetch_data")
                .displayName(text("Fetch data"))
                .description(text("Fetches"))
                .invoke(call -> Mono.just(call.parameters().values()));
    }

    static Tool tool(Parameter... parameters) {
        Tool.Builder tool = tool().locator(
                        "list_sheets", call -> Mono.just(LocatorPage.of(LocatorPage.Item.of("A", "a"))))
                .mapping(
                        "columns", call -> Mono.just(Mapping.of(Mapping.MappedField.of("name", ParameterType.STRING))));
        for (Parameter parameter : parameters) {
            tool.parameter(parameter);
        }
        return tool.build();
    }

    static Tool richTool() {
        return tool(
                Parameter.string("city")
                        .displayName(text("City"))
                        .required()
                        .minLength(1)
                        .maxLength(80)
                        .llmDescription(text("where"))
                        .ui(Map.of("component", "input", "hint", text("hint")))
                        .build(),
                Parameter.string("unit").choices("c", "f").defaultValue("c").build(),
                Parameter.number("limit")
                        .minimum(0)
                        .maximum(0.5)
                        .defaultValue(0.25)
                        .build(),
                Parameter.integer("count").choices(1, 2, 3).build(),
                Parameter.bool("exact")
                        .defaultValue(true)
                        .showWhen(Map.of("unit", "c"))
                        .hideWhen(Map.of("count", Map.of("$gt", 2)))
                        .build(),
                Parameter.object("where")
                        .decodedFromJson()
                        .properties(
                                Parameter.number("lat").build(),
                                Parameter.number("lon").build())
                        .additionalProperties(Parameter.string("any").build())
                        .build(),
                Parameter.array("tags")
                        .items(Parameter.string("tag").build())
                        .minItems(1)
                        .maxItems(9)
                        .build(),
                Parameter.encryptedString("secret").build(),
                Parameter.credentialId("account").credentialName("oauth-cred").build(),
                union("kind").build(),
                Parameter.fileRef("document").build(),
                Parameter.llmConfig("llm").build(),
                Parameter.resourceLocator("sheet")
                        .list("list_sheets", true)
                        .url("/d/([a-z]+)")
                        .id()
                        .dependsOn("city")
                        .build(),
                Parameter.resourceMapper("cells")
                        .mappingMethod("columns")
                        .dependsOn("sheet")
                        .build());
    }

    static ParameterBuilder.Union union(String name) {
        return Parameter.discriminatedUnion(name)
                .discriminator("type")
                .anyOf(
                        Parameter.object("one")
                                .properties(
                                        Parameter.string("type").constant("a").build())
                                .build(),
                        Parameter.object("two")
                                .properties(
                                        Parameter.string("type").constant("b").build())
                                .build());
    }

    static Credential credential() {
        return Credential.builder("oauth-cred")
                .displayName(text("Account"))
                .oauth2Parameters()
                .authenticate(call -> Mono.just(AuthSpec.of(
                        "openai", call.credential().text("access_token").orElse(""))))
                .oauth2(
                        call -> Mono.just("https://auth.example/?state=" + call.state()),
                        call -> Mono.just(TokenPatch.accessToken(call.code())
                                .refreshToken("r")
                                .expiresAt(Instant.ofEpochSecond(1000))),
                        call -> Mono.just(TokenPatch.accessToken("next")))
                .build();
    }

    static Model model() {
        return Model.builder("openai/gpt-4.1")
                .displayName(text("GPT"))
                .inputModalities("text", "image")
                .defaultEndpoint("https://api.example/v1")
                .pricing(Map.of("currency", "USD", "input", 0.000002, "output", 0))
                .overrideParameters(Map.of("temperature", Map.of("minimum", 0, "default", 0.5, "maximum", 1)))
                .unsupportedParameters("seed")
                .build();
    }

    static Registry registry() {
        Registry registry = new Registry(plugin());
        registry.register(richTool());
        registry.register(credential());
        registry.register(model());
        return registry;
    }
}
