package io.agentruntime.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The protocols' pages name, fact by fact, the tests that hold it: each row names one, and each exists. A test stands there as
 * {@code Class.method}, as its method alone behind another one of its class, or as a whole class.
 */
class ProtocolTablesTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** The headings of columns with tests. */
    private static final Set<String> TESTS = Set.of("test", "server", "client");

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern NAME = Pattern.compile("(?:(\\w+)\\.)?(\\w+)");

    /** The sources of all tests and profiles by the names of their classes; two packages may have one of the same name. */
    private static final Map<String, String> SOURCES = new HashMap<>();

    @BeforeAll
    static void read() throws IOException {
        for (String module : List.of("runtime-core", "runtime-phoenix", "runtime-examples")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(ProtocolTablesTest::add);
            }
        }
    }

    private static void add(Path file) {
        try {
            SOURCES.merge(file.getFileName().toString().replace(".java", ""), Files.readString(file), String::concat);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param usual the class of methods that stand alone, where the page says so */
    @ParameterizedTest
    @CsvSource({
        "phoenix, , 120",
        "atomemo, , 90",
        "codebolt, WireTest, 30",
        "octavus, , 85",
        "sockjs, , 30",
    })
    void everyFactHasATestAndEachOfThemExists(String page, String usual, int atLeast) throws IOException {
        List<List<String>> rows = rowsOfTests(Files.readAllLines(ROOT.resolve("docs/" + page + ".md")));

        int tests = 0;
        for (List<String> row : rows) {
            List<String> names = row.stream()
                    .flatMap(cell -> CODE.matcher(cell).results().map(code -> code.group(1)))
                    .toList();
            assertThat(names).as("tests of %s", row).isNotEmpty();
            tests += names.size();
            String type = usual;
            for (String name : names) {
                type = typeOfExisting(name, type);
            }
        }

        assertThat(tests).isGreaterThanOrEqualTo(atLeast);
    }

    private static String typeOfExisting(String name, String before) {
        MatchResult parts = NAME.matcher(name).results().findFirst().orElseGet(() -> fail(name));
        if (SOURCES.containsKey(name)) {
            return name;
        }
        String type = parts.group(1) == null ? before : parts.group(1);
        assertThat(SOURCES).as("the class of %s", name).containsKey(type);
        assertThat(SOURCES.get(type)).as(name).contains("void " + parts.group(2) + "(");
        return type;
    }

    /** The cells with tests of each row that has some. */
    private static List<List<String>> rowsOfTests(List<String> lines) {
        List<List<String>> found = new ArrayList<>();
        int[] columns = null;
        for (String line : lines) {
            if (!line.startsWith("|")) {
                columns = null;
                continue;
            }
            List<String> cells = cells(line);
            if (columns == null) {
                columns = columnsOfTests(cells);
            } else if (columns.length > 0 && !line.startsWith("|-")) {
                found.add(Arrays.stream(columns).mapToObj(cells::get).toList());
            }
        }
        return found;
    }

    private static int[] columnsOfTests(List<String> headings) {
        return IntStream.range(0, headings.size())
                .filter(column -> TESTS.contains(headings.get(column)))
                .toArray();
    }

    /** A bar within a cell stands behind a backslash. */
    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1).split("(?<!\\\\)\\|"))
                .map(String::strip)
                .toList();
    }
}
