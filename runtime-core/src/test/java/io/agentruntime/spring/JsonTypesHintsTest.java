package io.agentruntime.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.stream.SubscriberStats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.annotation.ReflectiveRuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** A native image knows every type that comes from JSON or goes to it. */
class JsonTypesHintsTest {

    private static final Path SOURCES = Path.of("src/main/java/io/agentruntime");

    /** An answer that is read into a type, as the protocols write it. */
    private static final Pattern READ = Pattern.compile("(?:answer\\(|\\.as\\()[^;]*?(\\w+)\\.class\\)");

    @Test
    void springFindsTheHints() {
        List<RuntimeHintsRegistrar> registrars = SpringFactoriesLoader.forResourceLocation(
                        "META-INF/spring/aot.factories")
                .load(RuntimeHintsRegistrar.class);

        assertThat(registrars).hasAtLeastOneElementOfType(JsonTypesHints.class);
    }

    @Test
    void everyTypeThatAnAnswerIsReadIntoIsThere() throws IOException {
        Set<String> read = new TreeSet<>();
        for (String protocol : List.of("nookplot", "codebolt")) {
            try (Stream<Path> files = Files.list(SOURCES.resolve(protocol))) {
                files.map(JsonTypesHintsTest::text)
                        .forEach(source -> READ.matcher(source).results().forEach(found -> read.add(found.group(1))));
            }
        }

        assertThat(read)
                .hasSizeGreaterThan(12)
                .allSatisfy(name -> assertThat(JsonTypesHints.TYPES)
                        .anyMatch(type -> type.endsWith("." + name) || type.endsWith("$" + name)));
    }

    @Test
    void theirPartsAreFoundFromThem() {
        RuntimeHints hints = new RuntimeHints();

        new JsonTypesHints().registerHints(hints, getClass().getClassLoader());

        assertThat(RuntimeHintsPredicates.reflection()
                        .onType(TypeReference.of("io.agentruntime.nookplot.HistoryMessage")))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection()
                        .onType(TypeReference.of("io.agentruntime.nookplot.OnlineMember")))
                .accepts(hints);
    }

    @Test
    void whatTheEndpointShowsCanBeWritten() {
        RuntimeHints hints = new RuntimeHints();

        new ReflectiveRuntimeHintsRegistrar().registerRuntimeHints(hints, RuntimesEndpoint.class);

        assertThat(RuntimeHintsPredicates.reflection().onType(RuntimesEndpoint.Runtimes.class))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onType(RuntimeStatus.class))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onType(SubscriberStats.class))
                .accepts(hints);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
