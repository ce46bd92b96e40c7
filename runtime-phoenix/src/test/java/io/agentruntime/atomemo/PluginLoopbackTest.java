package io.agentruntime.atomemo;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.atomemo.testkit.HubAnswer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** A plugin at a hub on loopback, over real sockets. */
class PluginLoopbackTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private EmbeddedAtomemoHub hub;
    private AtomemoPlugin plugin;

    @BeforeEach
    void open() {
        hub = EmbeddedAtomemoHub.start(HubMode.DEBUG).block(PATIENCE);
        plugin = AtomemoPlugin.builder("my-plugin")
                .version("1.0.0")
                .author("Jane", "jane@example.com")
                .environment(AtomemoEnvironment.of(hub.variables()))
                .definitionFile(folder.resolve("definition.json"))
                .build();
    }

    @AfterEach
    void close() {
        plugin.close().block(PATIENCE);
        hub.close().block(PATIENCE);
    }

    @Test
    void itServesWritesItsDefinitionComesBackAndStops() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        plugin.addTool(Tool.builder("plain-tool")
                .invoke(Handler.blocking(call -> Thread.currentThread().getName()))
                .build());
        plugin.run().doFinally(signal -> ended.countDown()).subscribe();

        HubAnswer first = hub.invokeTool("plain-tool", Map.of()).block(PATIENCE);
        assertThat(first.data().asString()).startsWith("boundedElastic");
        PluginDefinition written = Mono.fromCallable(
                        () -> PluginDefinition.read(Files.readAllBytes(folder.resolve("definition.json"))))
                .retryWhen(Retry.fixedDelay(600, Duration.ofMillis(100)))
                .block(PATIENCE);
        assertThat(written.name()).isEqualTo("my-plugin");
        assertThat(written.fields()).containsEntry("author", "Jane");

        hub.server().faults().dropAllSockets();
        assertThat(hub.invokeTool("plain-tool", Map.of()).block(PATIENCE).isError())
                .isFalse();
        hub.server()
                .messageStream()
                .filter(message -> message.event().equals("register_plugin"))
                .elementAt(1)
                .block(PATIENCE);
        assertThat(hub.registrations()).hasSize(2);

        plugin.stop().block(PATIENCE);
        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(hub.server().messages("phx_leave")).hasSize(1);
    }
}
