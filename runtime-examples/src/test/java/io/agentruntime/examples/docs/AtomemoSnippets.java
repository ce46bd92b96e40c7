package io.agentruntime.examples.docs;

import io.agentruntime.atomemo.AtomemoEnvironment;
import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.atomemo.AuthSpec;
import io.agentruntime.atomemo.Credential;
import io.agentruntime.atomemo.HubMode;
import io.agentruntime.atomemo.LocalizedText;
import io.agentruntime.atomemo.Parameter;
import io.agentruntime.atomemo.Tool;
import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.atomemo.testkit.HubAnswer;
import io.agentruntime.runner.PluginRunner;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** The Java code of {@code docs/atomemo.md}, so that it is compiled. */
@SuppressWarnings("unused")
final class AtomemoSnippets {

    private static final Logger log = LoggerFactory.getLogger(AtomemoSnippets.class);

    private static Mono<Map<String, String>> weather(String city) {
        return Mono.just(Map.of("city", city));
    }

    void plugin() {
        AtomemoPlugin plugin = AtomemoPlugin.builder("my-plugin")
                .displayName(LocalizedText.english("My plugin"))
                .description(LocalizedText.english("Tells the weather"))
                .version("1.0.0")
                .transporter(t -> t.heartbeatInterval(Duration.ofSeconds(30)).onOpen(() -> log.info("Connected")))
                .build();
        plugin.addTool(Tool.builder("fetch_data")
                .parameter(Parameter.string("city").required().maxLength(80).build())
                .invoke(call -> weather(call.parameters().text("city").orElseThrow()))
                .build());
        plugin.addCredential(Credential.builder("api_key")
                .parameter(Parameter.encryptedString("key").required().build())
                .authenticate(call -> Mono.just(
                        AuthSpec.of("openai", call.credential().text("key").orElseThrow())))
                .build());
        plugin.run().subscribe();
    }

    void process(AtomemoPlugin plugin) {
        PluginRunner.builder()
                .until(plugin.run())
                .stop(plugin.close())
                .stopTimeout(Duration.ofSeconds(20))
                .endProcess(true)
                .build()
                .run();
    }

    void testing() {
        EmbeddedAtomemoHub hub = EmbeddedAtomemoHub.start(HubMode.DEBUG).block();
        AtomemoPlugin tested = AtomemoPlugin.builder("my-plugin")
                .version("1.0.0")
                .author("Jane", "jane@example.com")
                .environment(AtomemoEnvironment.of(hub.variables()))
                .build();
        tested.run().subscribe();
        HubAnswer answer = hub.invokeTool("fetch_data", Map.of("city", "Rome")).block();
    }
}
