package io.agentruntime.atomemo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.atomemo.testkit.EmbeddedFileStore;
import io.agentruntime.atomemo.testkit.HubAnswer;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.support.Secrets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * The whole conversation of a plugin and its hub, good and bad, with the log of frames on, at TRACE. The guard of the test run
 * watches the log; here it is looked at once more, and whether there was something to look at.
 */
class PluginSecretsLoopbackTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<Object> calls = Collections.synchronizedList(new ArrayList<>());
    private EmbeddedAtomemoHub hub;

    @BeforeEach
    void listen() {
        Secrets.register(EmbeddedAtomemoHub.KEY);
        Secrets.register(EmbeddedFileStore.SIGNATURE);
        log.list = Collections.synchronizedList(new ArrayList<>());
        log.start();
        root.addAppender(log);
        hub = EmbeddedAtomemoHub.start(HubMode.DEBUG).block(PATIENCE);
    }

    @AfterEach
    void stopListening() {
        root.detachAppender(log);
        hub.close().block(PATIENCE);
    }

    private static String secret(String name) {
        return name + "-" + Secrets.MARKER;
    }

    private AtomemoPlugin plugin(Map<String, String> variables) {
        AtomemoPlugin plugin = AtomemoPlugin.builder("my-plugin")
                .version("1.0.0")
                .author("Jane", "jane@example.com")
                .environment(AtomemoEnvironment.of(variables))
                .definitionFile(folder.resolve("definition.json"))
                .maxFileBytes(1 << 10)
                .transporter(t -> t.socket(s ->
                        s.reconnect(r -> r.initialDelay(Duration.ofMillis(1)).maxDelay(Duration.ofMillis(10)))))
                .build();
        plugin.addTool(Tool.builder("copy-file")
                .parameter(Parameter.encryptedString("pin").build())
                .invoke(this::copy)
                .build());
        plugin.addCredential(Credential.builder("oauth-cred")
                .oauth2Parameters()
                .authenticate(call ->
                        seen(call, AuthSpec.of("openai", secret("api")).headers(Map.of("x", secret("header")))))
                .oauth2(
                        call -> seen(call, "https://auth.example/?state=" + call.state()),
                        call -> seen(
                                call, TokenPatch.accessToken(secret("access")).refreshToken(secret("refresh"))),
                        call -> seen(
                                call, TokenPatch.accessToken(secret("next")).with("custom", secret("custom"))))
                .build());
        return plugin;
    }

    private <T> Mono<T> seen(Object call, T answer) {
        calls.add(call);
        if (!(answer instanceof String)) {
            calls.add(answer);
        }
        return Mono.just(answer);
    }

    private Mono<FileRef> copy(ToolCall call) {
        calls.add(call);
        calls.add(call.parameters());
        calls.add(call.credentials());
        FileContext files = call.context().files();
        return files.load(call.parameters().file("file").orElseThrow())
                .doOnNext(calls::add)
                .flatMap(file ->
                        files.upload("copy.bin", "application/octet-stream", file.size(), files.download(file)));
    }

    private HubAnswer ask(String event, Map<String, Object> fields) {
        HubAnswer answer = hub.ask(event, fields).block(PATIENCE);
        calls.add(answer);
        return answer;
    }

    private static Map<String, Object> credential(String field, String value) {
        Map<String, Object> fields = new HashMap<>();
        fields.put("credential_name", "oauth-cred");
        fields.put("redirect_uri", "https://hub.example/callback");
        fields.put(
                "credential",
                Map.of("access_token", secret("old"), "refresh_token", secret("older"), "x", secret("x")));
        fields.put(field, value);
        return fields;
    }

    private Map<String, Object> copying(FileRef file) {
        return Map.of(
                "tool_name",
                "copy-file",
                "parameters",
                Map.of("file", file, "pin", secret("pin")),
                "credentials",
                Map.of("account", Map.of("access_token", secret("old"))));
    }

    @Test
    void noneIsInAnyLogErrorOrTextAtTrace() {
        Map<String, String> variables = new HashMap<>(hub.variables());
        variables.put("DEBUG", "true");
        AtomemoPlugin plugin = plugin(variables);
        plugin.transporter().messages().subscribe(calls::add);
        plugin.transporter().state().subscribe(calls::add);
        plugin.run().doOnError(calls::add).subscribe();

        assertThat(ask("credential_auth_spec", credential("extra", "none")).isError())
                .isFalse();
        assertThat(ask("oauth2_build_authorize_url", credential("state", secret("state")))
                        .isError())
                .isFalse();
        assertThat(ask("oauth2_get_token", credential("code", secret("code"))).isError())
                .isFalse();
        assertThat(ask("oauth2_refresh_token", credential("x", "y")).isError()).isFalse();
        FileRef small = hub.store().add("a.bin", "application/octet-stream", 1 << 10);
        assertThat(ask("invoke_tool", copying(small)).isError()).isFalse();
        // And what goes wrong.
        FileRef large = hub.store().add("b.bin", "application/octet-stream", 1 << 20);
        assertThat(ask("invoke_tool", copying(large)).isError()).isTrue();
        hub.store().refuse(500, 1);
        assertThat(ask("invoke_tool", copying(small)).isError()).isTrue();
        hub.store().breakDownloads(1);
        assertThat(ask("invoke_tool", copying(small)).isError()).isTrue();
        hub.store().breakUploads(1);
        assertThat(ask("invoke_tool", copying(small)).isError()).isTrue();
        assertThat(ask("oauth2_get_token", credential("code", "")).isError()).isFalse();
        assertThat(ask(
                                "credential_auth_spec",
                                Map.of("credential_name", "oauth-cred", "credential", secret("no-object")))
                        .isError())
                .isTrue();
        hub.server()
                .faults()
                .sendText("[null,null,\"debug_plugin:my-plugin\",\"invoke_tool\",{\"token\":" + secret("t"));
        hub.server().faults().sendText("{\"api_key\":\"" + secret("k") + "\"}");
        hub.server().faults().dropAllSockets();
        assertThat(ask("oauth2_refresh_token", credential("x", "y")).isError()).isFalse();

        calls.add(plugin);
        calls.add(plugin.registry());
        calls.add(plugin.transporter());
        plugin.close().block(PATIENCE);
        assertNoSecretWasSeen();
        assertThat(List.copyOf(log.list))
                .extracting(ILoggingEvent::getLoggerName)
                .contains("io.agentruntime.atomemo.frames");
    }

    @Test
    void noneIsInWhatAHubSaysThatRefusesTheKey() {
        Map<String, String> variables = new HashMap<>(hub.variables());
        variables.put("HUB_DEBUG_API_KEY", secret("expired"));
        variables.put("DEBUG", "true");
        AtomemoPlugin plugin = plugin(variables);
        Throwable refusal = plugin.run()
                .then(Mono.<Throwable>empty())
                .onErrorResume(Mono::just)
                .block(PATIENCE);
        plugin.close().block(PATIENCE);

        assertThat(refusal).isInstanceOf(HubRefusedException.class);
        calls.add(refusal);
        assertNoSecretWasSeen();
    }

    private void assertNoSecretWasSeen() {
        for (Object seen : List.copyOf(calls)) {
            if (seen instanceof Throwable error) {
                Secrets.assertNoneIn(error);
            } else {
                Secrets.assertNoneIn(seen.toString());
            }
        }
        List<ILoggingEvent> lines = List.copyOf(log.list);
        lines.forEach(line -> Secrets.assertNoneIn(line.getFormattedMessage()));
        assertThat(root.getLevel()).isEqualTo(Level.TRACE);
        assertThat(lines).extracting(ILoggingEvent::getLoggerName).anyMatch(name -> name.startsWith("reactor.netty."));
    }

    @Test
    void noneIsInTheTextOfWhatAPluginGetsAndGives() {
        CredentialValues credential = new CredentialValues(Map.of("access_token", secret("t")));
        JsonPayload json =
                JsonCodec.create().payload("parameters", ("{\"city\":\"" + secret("city") + "\"}").getBytes(UTF_8));
        Arguments parameters = Arguments.read(json, JsonCodec.create());
        HubCaller hubCaller = (event, data) -> Mono.empty();
        PluginContext context = new PluginContext("id-1", hubCaller, null);
        String s = secret("s");

        assertThat(List.of(
                        credential,
                        parameters,
                        parameters.json(),
                        new ToolCall("t", parameters, Map.of("a", credential), null, context),
                        new LocatorCall("t", "m", s, s, parameters, Map.of("a", credential), context),
                        new MappingCall("t", "m", parameters, Map.of("a", credential), context),
                        new AuthCall("c", credential, Map.of("x", s), context),
                        new AuthorizeUrlCall("c", credential, "https://r.example?" + s, s, context),
                        new TokenCall("c", credential, s, "https://r.example?" + s, context),
                        new RefreshCall("c", credential, context),
                        AuthSpec.of("openai", s).headers(Map.of("x", s)).endpoint("https://e.example?" + s),
                        TokenPatch.accessToken(s).refreshToken(s).with("more", s),
                        new FileRef(FileRef.STORE, "a.txt", "txt", "text/plain", 1L, "k", "https://s.example?" + s, s),
                        new ResourceLocator("url", "https://x.example?" + s),
                        new ResourceMapper("manual", Map.of("field", s)),
                        Answer.response("id-1", "invoke_tool", Map.of("x", s)),
                        new HubRequest("id-1", HubEvent.INVOKE_TOOL, json)))
                .allSatisfy(value -> Secrets.assertNoneIn(value.toString()));
    }

    /** Otherwise the rest of this class shows nothing. */
    @Test
    void theSecretsGoOverTheWire() {
        Map<String, Object> fields = credential("code", secret("code"));

        assertThat(JsonMapper.shared().writeValueAsString(fields)).contains(Secrets.MARKER);
        assertThat(hub.variables()).containsValue(EmbeddedAtomemoHub.KEY);
        assertThat(hub.store().address("k")).contains(EmbeddedFileStore.SIGNATURE);
    }
}
