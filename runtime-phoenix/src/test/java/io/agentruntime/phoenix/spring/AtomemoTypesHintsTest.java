package io.agentruntime.phoenix.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.atomemo.LocatorPage;
import io.agentruntime.atomemo.Mapping;
import io.agentruntime.atomemo.Parameter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** A native image knows every type of Atomemo that comes from JSON or goes to it. */
class AtomemoTypesHintsTest {

    private static final Path SOURCES = Path.of("src/main/java/io/agentruntime/atomemo");

    /** A type that says how Jackson is to write or read it, or one that special values are converted to. */
    private static final Pattern WRITTEN = Pattern.compile("import com\\.fasterxml\\.jackson\\.annotation\\.Json");

    private static final Pattern CONVERTED = Pattern.compile("\\.TYPE, (\\w+)\\.class");

    @Test
    void springFindsTheHints() {
        assertThat(SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
                        .load(RuntimeHintsRegistrar.class))
                .hasAtLeastOneElementOfType(AtomemoTypesHints.class);
    }

    @Test
    void everyTypeThatJacksonSeesIsThere() throws IOException {
        List<String> seen;
        try (Stream<Path> files = Files.list(SOURCES)) {
            seen = files.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(AtomemoTypesHintsTest::typesIn)
                    .distinct()
                    .toList();
        }

        assertThat(seen).hasSizeGreaterThan(8);
        assertThat(AtomemoTypesHints.TYPES).extracting(Class::getSimpleName).containsAll(seen);
    }

    private static Stream<String> typesIn(Path file) {
        try {
            String source = Files.readString(file);
            Stream<String> written = WRITTEN.matcher(source).find()
                    ? Stream.of(file.getFileName().toString().replace(".java", ""))
                    : Stream.empty();
            return Stream.concat(written, CONVERTED.matcher(source).results().map(found -> found.group(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theirPartsAreFoundFromThemAndTheirMethodsToo() throws NoSuchMethodException {
        RuntimeHints hints = new RuntimeHints();

        new AtomemoTypesHints().registerHints(hints, getClass().getClassLoader());

        assertThat(RuntimeHintsPredicates.reflection().onType(LocatorPage.Item.class))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onType(Mapping.MappedField.class))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection()
                        .onMethodInvocation(Parameter.class.getDeclaredMethod("definition")))
                .accepts(hints);
    }
}
