package io.agentruntime.atomemo;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.atomemo.testkit.HubAnswer;
import io.agentruntime.atomemo.testkit.StoredFile;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Many large files go through a plugin that has room for one of them at the most. Plugin and hub have a JVM each, without the
 * guards of this one, which would take longer than the files.
 */
class ManyFilesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(110);
    private static final int FILES = 100;
    private static final int AT_A_TIME = 4;
    private static final int DIFFERENT = 5;
    private static final long SIZE = 50L << 20;
    private static final long LEEWAY = 12L << 20;

    @TempDir
    Path folder;

    @Test
    void memoryStaysFlat() throws Exception {
        Process hub = new ProcessBuilder(
                        new File(System.getProperty("java.home"), "bin/java").getPath(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Hub.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        try {
            List<String> said = hub.inputReader(StandardCharsets.UTF_8).lines().toList();
            assertThat(hub.waitFor()).as(String.join("\n", said)).isZero();
            JsonNode result = JsonMapper.shared().readTree(said.get(said.size() - 1));

            assertThat(result.path("uploads").asInt()).isEqualTo(FILES);
            for (String kind : List.of("heap", "direct")) {
                long before = result.path("before").path(kind).asLong();
                assertThat(result.path("after").path(kind).asLong())
                        .as(result.toString())
                        .isLessThan(before + LEEWAY);
            }
        } finally {
            hub.destroyForcibly();
        }
    }

    // ---- In the other JVM

    /** The hub, which asks for all files, compares them, and says what memory the plugin used. */
    static final class Hub {

        private final EmbeddedAtomemoHub hub =
                EmbeddedAtomemoHub.start(HubMode.DEBUG).block(PATIENCE);
        private final List<FileRef> files = IntStream.range(0, DIFFERENT)
                .mapToObj(i -> hub.store().add("file-" + i + ".bin", "application/octet-stream", SIZE))
                .toList();

        public static void main(String[] args) throws Exception {
            ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
            System.out.println(JsonMapper.shared().writeValueAsString(new Hub().result(Path.of(args[0]))));
        }

        private Map<String, Object> result(Path folder) throws Exception {
            try (ChildPlugin child = ChildPlugin.start(
                    hub.variables(), folder, Duration.ofSeconds(1), "-Xmx64m", "-XX:MaxDirectMemorySize=48m")) {
                copy(DIFFERENT);
                JsonNode before = memory();
                copy(FILES - DIFFERENT);
                JsonNode after = memory();
                return Map.of(
                        "before",
                        before,
                        "after",
                        after,
                        "uploads",
                        hub.store().uploads().size());
            } finally {
                hub.close().block(PATIENCE);
            }
        }

        private void copy(int times) {
            Flux.range(0, times)
                    .map(i -> files.get(i % DIFFERENT))
                    .flatMap(
                            file -> hub.invokeTool("copy-file", Map.of("file", file))
                                    .doOnNext(answer -> compare(file, answer)),
                            AT_A_TIME)
                    .blockLast(PATIENCE);
        }

        private void compare(FileRef file, HubAnswer answer) {
            StoredFile original =
                    hub.store().file(String.valueOf(file.resKey())).orElseThrow();
            StoredFile copy = hub.store()
                    .file(answer.data().path("res_key").asString(""))
                    .orElseThrow(
                            () -> new IllegalStateException(answer.payload().toString()));
            if (copy.size() != SIZE || !copy.sha256().equals(original.sha256())) {
                throw new IllegalStateException(copy + " is no copy of " + original);
            }
        }

        private JsonNode memory() {
            return hub.invokeTool("used-memory", Map.of()).block(PATIENCE).data();
        }
    }
}
