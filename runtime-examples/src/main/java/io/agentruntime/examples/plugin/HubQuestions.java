package io.agentruntime.examples.plugin;

import io.agentruntime.atomemo.FileRef;
import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.atomemo.testkit.HubAnswer;
import io.agentruntime.atomemo.testkit.StoredFile;
import io.agentruntime.examples.quickstart.Screen;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** What the hub asks the demo plugin for, and whether the answers are right. */
final class HubQuestions {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String REDIRECT = "https://hub.example/callback";

    private final EmbeddedAtomemoHub hub;
    private final Screen screen;

    HubQuestions(EmbeddedAtomemoHub hub, Screen screen) {
        this.hub = hub;
        this.screen = screen;
    }

    /** An account is connected: the user consents, a code is exchanged, the tokens are renewed and used. */
    Mono<Void> account() {
        Map<String, Object> client = Map.of("client_id", "demo", "client_secret", "not-a-secret");
        return ask("oauth2_build_authorize_url", about(client, Map.of("redirect_uri", REDIRECT, "state", "s-1")))
                .doOnNext(data -> check(data.path("url").asString("").contains("state=s-1"), "the address is wrong"))
                .then(ask("oauth2_get_token", about(client, Map.of("redirect_uri", REDIRECT, "code", "code-1"))))
                .map(data -> tokens(client, data))
                .flatMap(tokens -> ask("oauth2_refresh_token", about(tokens, Map.of())))
                .map(data -> tokens(client, data))
                .flatMap(tokens -> ask("credential_auth_spec", about(tokens, Map.of()))
                        .doOnNext(spec -> check(
                                spec.path("adapter").asString("").equals("openai")
                                        && spec.path("api_key").asString("").equals(tokens.get("access_token")),
                                "the model cannot be called")))
                .then();
    }

    private static Map<String, Object> about(Map<String, Object> credential, Map<String, Object> more) {
        Map<String, Object> fields = new HashMap<>(more);
        fields.put("credential_name", DemoFeatures.ACCOUNT);
        fields.put("credential", credential);
        return fields;
    }

    private static Map<String, Object> tokens(Map<String, Object> client, JsonNode data) {
        JsonNode patch = data.path("parameters_patch");
        check(patch.path("expires_at").isIntegralNumber(), "a token never expires");
        Map<String, Object> all = new HashMap<>(client);
        for (String token : new String[] {"access_token", "refresh_token"}) {
            all.put(token, patch.path(token).asString());
        }
        return all;
    }

    /** A user fills in the form of the tool. */
    Mono<Void> form() {
        return ask("locator_list", inTool("list_folders", Map.of("filter", "re")))
                .doOnNext(data ->
                        check(data.at("/results/0/label").asString("").equals("Reports"), "the folder is not found"))
                .then(ask("resource_mapping", inTool("label_fields", Map.of())))
                .doOnNext(data -> check(data.path("fields").size() == 2, "the fields are not told"))
                .then();
    }

    private static Map<String, Object> inTool(String method, Map<String, Object> more) {
        Map<String, Object> fields = new HashMap<>(more);
        fields.put("tool_name", DemoFeatures.COPY);
        fields.put("method", method);
        fields.put("parameters", Map.of());
        return fields;
    }

    /** A file is copied, and is the same to the byte. */
    Mono<Void> copy(FileRef file) {
        return ask("invoke_tool", Map.of("tool_name", DemoFeatures.COPY, "parameters", Map.of("file", file)))
                .doOnNext(data -> check(isCopy(data, file), "the copy is not what the file was"))
                .then();
    }

    private boolean isCopy(JsonNode answer, FileRef file) {
        String original = stored(String.valueOf(file.resKey())).sha256();
        return stored(answer.path("res_key").asString("")).sha256().equals(original);
    }

    private StoredFile stored(String resKey) {
        return hub.store().file(resKey).orElseThrow(() -> new IllegalStateException("There is no file " + resKey));
    }

    /** What goes wrong is an answer too. */
    Mono<Void> whatGoesWrong() {
        return answer("invoke_tool", Map.of("tool_name", DemoFeatures.FAIL, "parameters", Map.of()))
                .doOnNext(answer -> check(
                        answer.event().equals("invoke_tool_error")
                                && answer.error().path("message").asString("").contains("on purpose"),
                        "the failure is not told"))
                .then(answer("train_model", Map.of()))
                .doOnNext(
                        answer -> check(answer.event().equals("unsupported_event"), "an unknown event is not answered"))
                .then();
    }

    private Mono<JsonNode> ask(String event, Map<String, Object> fields) {
        return answer(event, fields)
                .doOnNext(answer -> check(!answer.isError(), event + " failed: " + answer.error()))
                .map(HubAnswer::data);
    }

    private Mono<HubAnswer> answer(String event, Map<String, Object> fields) {
        return hub.ask(event, fields)
                .doOnSubscribe(subscription -> screen.line("hub", "asks: " + event))
                .timeout(PATIENCE, Mono.error(() -> new IllegalStateException("No answer in time to " + event)))
                .doOnNext(answer -> screen.line("plugin", "answers: " + answer.event()));
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException("It failed: " + otherwise);
        }
    }
}
