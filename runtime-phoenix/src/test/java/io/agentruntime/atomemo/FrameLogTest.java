package io.agentruntime.atomemo;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.agentruntime.support.Secrets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** What the log of frames shows, and what it leaves out; the guard of the test run reads every other log as well. */
class FrameLogTest extends PluginScenario {

    private static final String SECRET = "value-" + Secrets.MARKER;

    private final Logger log = (Logger) LoggerFactory.getLogger("io.agentruntime.atomemo.frames");
    private final ListAppender<ILoggingEvent> seen = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.setLevel(Level.DEBUG);
        seen.start();
        log.addAppender(seen);
    }

    @AfterEach
    void stopListening() {
        log.detachAppender(seen);
        log.setLevel(null);
    }

    private AtomemoPlugin debugging(String on) {
        Map<String, String> variables = new HashMap<>(hub.variables());
        variables.put("DEBUG", on);
        hub.onCall("get_file_url", data -> Mono.just(Map.of("url", "https://store/?sig=" + SECRET)));
        Tool tool = tool(
                "fetch_data",
                call -> call.context()
                        .hub()
                        .call("get_file_url", Map.of("res_key", "k-1"))
                        .thenReturn(Map.of("shown", "yes", "headers", List.of(SECRET))));
        return plugin(b -> b.environment(AtomemoEnvironment.of(variables)))
                .addTool(tool)
                .addCredential(Samples.credential());
    }

    private void ask() {
        Map<String, Object> credential = Map.of("access_token", SECRET, "custom", SECRET, "nested", List.of(SECRET));
        ask("credential_auth_spec", Map.of("credential_name", "oauth-cred", "credential", credential))
                .value();
        ask("oauth2_get_token", Map.of("credential_name", "oauth-cred", "code", SECRET, "redirect_uri", "r"))
                .value();
        ask(
                        "oauth2_build_authorize_url",
                        Map.of(
                                "credential_name",
                                "oauth-cred",
                                "credential",
                                Map.of(),
                                "redirect_uri",
                                "r",
                                "state",
                                SECRET))
                .value();
        ask(
                        "invoke_tool",
                        Map.of(
                                "tool_name", "fetch_data",
                                "parameters",
                                        Map.of(
                                                "city",
                                                "Rome",
                                                "file",
                                                Map.of("__type__", "file_ref", "source", "mem", "content", SECRET)),
                                "credentials", Map.of("account", credential)))
                .value();
    }

    private List<String> lines() {
        return seen.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void framesAreShownWithoutWhatIsSecret() {
        running(debugging("true"));
        ask();

        assertThat(lines()).anyMatch(line -> line.startsWith("-> debug_plugin:my-plugin register_plugin {"));
        assertThat(lines())
                .anyMatch(line -> line.startsWith("<- debug_plugin:my-plugin invoke_tool {")
                        && line.contains("\"city\":\"Rome\""));
        assertThat(lines()).anyMatch(line -> line.contains("hub_call:get_file_url") && line.contains("k-1"));
        assertThat(lines())
                .anyMatch(line -> line.startsWith("-> debug_plugin:my-plugin invoke_tool_response")
                        && line.contains("\"shown\":\"yes\""));
        assertThat(lines()).anyMatch(line -> line.contains("\"access_token\":\"***\""));
        lines().forEach(Secrets::assertNoneIn);
    }

    @Test
    void whatIsEncryptedIsNotShownWhateverItsName() {
        AtomemoPlugin plugin = debugging("true")
                .addTool(Tool.builder("opens-doors")
                        .parameter(Parameter.object("door")
                                .properties(
                                        Parameter.encryptedString("pin").build(),
                                        Parameter.array("older")
                                                .items(Parameter.encryptedString("each")
                                                        .build())
                                                .build())
                                .build())
                        .invoke(call -> Mono.just("open"))
                        .build());
        running(plugin);
        ask(
                        "invoke_tool",
                        Map.of(
                                "tool_name",
                                "opens-doors",
                                "parameters",
                                Map.of("door", Map.of("pin", SECRET, "older", List.of(SECRET), "n", 1))))
                .value();

        assertThat(lines()).anyMatch(line -> line.contains("\"pin\":\"***\"") && line.contains("\"n\":1"));
        lines().forEach(Secrets::assertNoneIn);
    }

    @Test
    void nothingIsShownUnlessTheEnvironmentAsksForIt() {
        running(debugging("false"));
        ask();

        assertThat(lines()).isEmpty();
    }
}
