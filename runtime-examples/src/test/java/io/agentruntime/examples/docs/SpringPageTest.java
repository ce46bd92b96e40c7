package io.agentruntime.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.phoenix.PhoenixSocket;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page on Spring has a row for every property that the jars' metadata has, with its default. */
class SpringPageTest {

    /** What the page has one table of, for all protocols. */
    private static final Set<String> COMMON = Set.of(
            "auto-connect", "drain-timeout", "http", "net", "phase", "reconnect", "ssl", "streams", "web-socket");

    private final String page = read();

    private static String read() {
        try {
            return Files.readString(Path.of("../docs/spring.md"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {NookplotRuntime.class, PhoenixSocket.class})
    void everyPropertyHasItsRowWithItsDefault(Class<?> ofJar) throws IOException {
        assertThat(properties(ofJar).entrySet()).hasSizeGreaterThan(80).allSatisfy(property -> {
            String row = row(property.getKey());
            if (property.getValue() != null) {
                assertThat(cell(row, 3)).isEqualTo("`" + property.getValue() + "`");
            }
        });
    }

    @Test
    void everyRowIsAProperty() throws IOException {
        Set<String> known = properties(NookplotRuntime.class).keySet();
        Set<String> ofPhoenix = properties(PhoenixSocket.class).keySet();

        List<String> rows = page.lines()
                .dropWhile(line -> !line.equals("## Properties"))
                .filter(line -> line.startsWith("| `"))
                .map(line -> cell(line, 1).replace("`", ""))
                .toList();

        assertThat(rows)
                .hasSizeGreaterThan(100)
                .allMatch(row -> known.contains(row) || ofPhoenix.contains(row) || known.contains("nookplot." + row));
    }

    private String row(String property) {
        String behindPrefix = property.substring(property.indexOf('.') + 1);
        boolean common = COMMON.contains(behindPrefix.split("\\.")[0]);
        String shown = common ? behindPrefix : property;
        return page.lines()
                .filter(line -> line.startsWith("| `" + shown + "` |"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No row for " + property));
    }

    private static String cell(String row, int number) {
        return row.split("\\|")[number].strip();
    }

    /** The properties that the jar of this class has, with their defaults. */
    private static TreeMap<String, String> properties(Class<?> ofJar) throws IOException {
        String file = "/META-INF/spring-configuration-metadata.json";
        String jar = ofJar.getProtectionDomain().getCodeSource().getLocation().toString();
        String place = jar.endsWith(".jar") ? "jar:" + jar + "!" : jar.replaceAll("/$", "");
        try (InputStream in = URI.create(place + file).toURL().openStream()) {
            JsonNode metadata = JsonMapper.shared().readTree(in);
            TreeMap<String, String> found = new TreeMap<>();
            metadata.get("properties").forEach(property -> {
                String name = property.get("name").asString();
                if (!name.startsWith("management.") && !name.endsWith(".runtimes")) {
                    found.put(name, defaultOf(property.get("defaultValue")));
                }
            });
            return found;
        }
    }

    private static String defaultOf(JsonNode value) {
        if (value == null || value.asString("").equals("0") || value.isInt() && value.asInt() == 0) {
            return null; // a port of 0 is none
        }
        return value.isArray()
                ? value.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "))
                : value.asString();
    }
}
