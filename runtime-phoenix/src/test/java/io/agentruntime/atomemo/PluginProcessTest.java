package io.agentruntime.atomemo;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.atomemo.testkit.HubAnswer;
import io.agentruntime.support.Secrets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.retry.Retry;

/** A plugin in a process of its own, and the signals that end it, as its hub sees it. */
@DisabledOnOs(OS.WINDOWS)
class PluginProcessTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    Path folder;

    private EmbeddedAtomemoHub hub;

    @BeforeEach
    void open() {
        hub = EmbeddedAtomemoHub.start(HubMode.DEBUG).block(PATIENCE);
    }

    @AfterEach
    void close() {
        hub.close().block(PATIENCE);
    }

    private HubAnswer invoke(String tool) {
        return hub.invokeTool(tool, Map.of()).block(PATIENCE);
    }

    private static void await(Path file) {
        Mono.fromCallable(() -> Files.size(file))
                .retryWhen(Retry.fixedDelay(600, Duration.ofMillis(100)))
                .block(PATIENCE);
    }

    /** Until then requests are served; from then on they are refused. */
    private void untilItIsStopping() {
        HubAnswer stopping = hub.invokeTool("used-memory", Map.of())
                .repeat()
                .filter(HubAnswer::isError)
                .blockFirst(PATIENCE);
        assertThat(stopping.error().path("message").asString()).contains("shutting down");
    }

    @Test
    void atSigtermWhatRunsFinishesTheChannelIsLeftAndTheStatusIsZero() throws Exception {
        Sinks.Empty<Void> called = Sinks.empty();
        Sinks.One<Object> gate = Sinks.one();
        hub.onCall("gate", data -> gate.asMono().doOnSubscribe(subscription -> called.tryEmitEmpty()));
        try (ChildPlugin child = ChildPlugin.start(hub.variables(), folder, LONG)) {
            Mono<HubAnswer> running = hub.invokeTool("calls-hub", Map.of()).cache();
            running.subscribe();
            called.asMono().block(PATIENCE);
            await(folder.resolve("definition.json"));

            child.signal("TERM");
            untilItIsStopping();
            assertThat(hub.server().messages("phx_leave")).isEmpty();
            gate.tryEmitValue(Map.of("value", "finished"));

            assertThat(running.block(PATIENCE).data().path("value").asString()).isEqualTo("finished");
            assertThat(child.status()).isZero();
            assertThat(hub.server().messages("phx_leave")).hasSize(1);
            Secrets.register(EmbeddedAtomemoHub.KEY);
            Secrets.assertNoneIn(child.said());
        }
    }

    @Test
    @EnabledIf("io.agentruntime.support.Signals#sigintIsHeard")
    void whatNeverEndsIsCancelledInTimeAndTheStatusIsZero() throws Exception {
        try (ChildPlugin child = ChildPlugin.start(hub.variables(), folder, Duration.ofMillis(500))) {
            hub.invokeTool("never-ends", Map.of()).subscribe();
            assertThat(invoke("used-memory").isError()).isFalse();

            child.signal("INT");

            assertThat(child.status()).isZero();
            assertThat(hub.server().messages("phx_leave")).hasSize(1);
        }
    }

    @Test
    void aSecondSignalEndsItAtOnce() throws Exception {
        try (ChildPlugin child = ChildPlugin.start(hub.variables(), folder, LONG)) {
            hub.invokeTool("never-ends", Map.of()).subscribe();
            assertThat(invoke("used-memory").isError()).isFalse();

            child.signal("TERM");
            untilItIsStopping();
            child.signal("TERM");

            assertThat(child.status()).isEqualTo(128 + 15);
            assertThat(hub.server().messages("phx_leave")).isEmpty();
        }
    }
}
