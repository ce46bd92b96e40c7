package io.agentruntime.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.atomemo.AtomemoPluginBuilder;
import io.agentruntime.atomemo.TransporterBuilder;
import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.atomemo.testkit.EmbeddedFileStore;
import io.agentruntime.client.ClientBuilder;
import io.agentruntime.codebolt.CodeboltPluginBuilder;
import io.agentruntime.codebolt.ReplyRouter;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.RateLimitRetry;
import io.agentruntime.micrometer.MicrometerTelemetry;
import io.agentruntime.net.NetOptions;
import io.agentruntime.nookplot.NookplotRuntimeBuilder;
import io.agentruntime.octavus.OctavusChatBuilder;
import io.agentruntime.octavus.OctavusHttpBuilder;
import io.agentruntime.octavus.OctavusSocketBuilder;
import io.agentruntime.octavus.OctavusUploads;
import io.agentruntime.phoenix.ChannelOptions;
import io.agentruntime.phoenix.PhoenixSocketBuilder;
import io.agentruntime.phoenix.testkit.EmbeddedPhoenixServerBuilder;
import io.agentruntime.phoenix.testkit.PhoenixFaults;
import io.agentruntime.runner.PluginRunner;
import io.agentruntime.testkit.EmbeddedGatewayBuilder;
import io.agentruntime.testkit.Faults;
import io.agentruntime.testkit.codebolt.CodeboltFaults;
import io.agentruntime.testkit.codebolt.EmbeddedCodeboltServerBuilder;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServerBuilder;
import io.agentruntime.testkit.octavus.OctavusFaults;
import io.agentruntime.testkit.server.WireFaults;
import io.agentruntime.transport.WebSocketOptions;
import io.agentruntime.transport.sockjs.SockJsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages for users show code that is compiled here, name every option, fault and error, and link to what exists. */
class DocumentsTest {

    private static final Path ROOT = Path.of("..");
    private static final Path TESTS = Path.of("src/test/java");
    private static final Path ERRORS = ROOT.resolve("runtime-core/src/main/java/io/agentruntime/error");

    private static final Path CHANNELS = ROOT.resolve("runtime-phoenix/src/main/java/io/agentruntime/phoenix");

    private static final Path PLUGINS = ROOT.resolve("runtime-phoenix/src/main/java/io/agentruntime/atomemo");

    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CODE_IN_LAST_COLUMN = Pattern.compile("`(runtime\\.[^`]+)` \\|$", Pattern.MULTILINE);
    private static final Pattern NAME_OF_TEST = Pattern.compile("`(\\w+Test)`");
    private static final Pattern LINK = Pattern.compile("]\\((?!http)([^)#]+)(#[^)]*)?\\)");

    static Stream<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), docs.toList().stream())
                    .filter(page -> page.toString().endsWith(".md"));
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void javaCodeIsCompiledSomewhereInTheseTests(Path page) throws IOException {
        String compiled = withoutSpace(sources());
        List<String> shown = Stream.concat(
                        matches(JAVA_BLOCK, Files.readString(page)),
                        matches(CODE_IN_LAST_COLUMN, Files.readString(page)))
                .toList();

        assertThat(shown).allSatisfy(code -> assertThat(compiled).contains(withoutSpace(code)));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(Path page) throws IOException {
        assertThat(matches(LINK, Files.readString(page)))
                .allSatisfy(link -> assertThat(page.resolveSibling(link)).exists());
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                NookplotRuntimeBuilder.class,
                PhoenixSocketBuilder.class,
                ChannelOptions.Builder.class,
                AtomemoPluginBuilder.class,
                TransporterBuilder.class,
                CodeboltPluginBuilder.class,
                ReplyRouter.Builder.class,
                PluginRunner.Builder.class,
                OctavusSocketBuilder.class,
                OctavusHttpBuilder.class,
                OctavusChatBuilder.class,
                OctavusUploads.Builder.class,
                ReconnectPolicy.Builder.class,
                HttpOptions.Builder.class,
                RateLimitRetry.Builder.class,
                NetOptions.Builder.class,
                WebSocketOptions.Builder.class,
                SockJsOptions.Builder.class
            })
    void everyOptionHasItsRow(Class<?> builder) throws IOException {
        String page = Files.readString(ROOT.resolve("docs/configuration.md"));

        Stream<String> shared =
                ClientBuilder.class.isAssignableFrom(builder) ? publicMethods(ClientBuilder.class) : Stream.empty();
        assertThat(Stream.concat(publicMethods(builder), shared).filter(option -> !option.equals("build")))
                .isNotEmpty()
                .allSatisfy(option -> assertThat(page).contains("| `" + option + "` |"));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Faults.class,
                WireFaults.class,
                EmbeddedGatewayBuilder.class,
                PhoenixFaults.class,
                EmbeddedPhoenixServerBuilder.class,
                OctavusFaults.class,
                EmbeddedOctavusServerBuilder.class
            })
    void everyFaultAndOptionOfTheServersIsNamed(Class<?> type) throws IOException {
        String page = Files.readString(ROOT.resolve("docs/testing.md"));

        assertThat(publicMethods(type))
                .isNotEmpty()
                .allSatisfy(method -> assertThat(page).contains("`" + method + "("));
    }

    @ParameterizedTest
    @ValueSource(classes = {CodeboltFaults.class, EmbeddedCodeboltServerBuilder.class})
    void everyFaultAndOptionOfTheCodeboltServerIsNamed(Class<?> type) throws IOException {
        String page = Files.readString(ROOT.resolve("docs/codebolt.md"));

        assertThat(publicMethods(type))
                .isNotEmpty()
                .allSatisfy(method -> assertThat(page).contains("`" + method + "("));
    }

    @Test
    void everyOptionOfTheMetersIsNamed() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/observability.md"));

        assertThat(publicMethods(MicrometerTelemetry.Builder.class).filter(option -> !option.equals("build")))
                .hasSizeGreaterThan(4)
                .allSatisfy(option -> assertThat(page).contains("`" + option + "`"));
    }

    @ParameterizedTest
    @ValueSource(classes = {EmbeddedAtomemoHub.class, EmbeddedFileStore.class})
    void everythingThatThePluginHubCanDoIsNamed(Class<?> type) throws IOException {
        String page = Files.readString(ROOT.resolve("docs/atomemo.md"));
        String testing = page.substring(page.indexOf("## Testing"));

        assertThat(publicMethods(type)
                        .filter(method -> !List.of("close", "toString").contains(method)))
                .isNotEmpty()
                .allSatisfy(method -> assertThat(testing).contains("`" + method + "("));
    }

    @Test
    void everyErrorOfPluginsIsInTheirTable() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/atomemo.md"));
        try (Stream<Path> files = Files.list(PLUGINS)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(file -> file.endsWith("Exception.java"))
                            .map(file -> file.replace(".java", "")))
                    .hasSizeGreaterThan(7)
                    .allSatisfy(error -> assertThat(page).contains("`" + error + "`"));
        }
    }

    @Test
    void everyErrorIsInATableOfErrors() throws IOException {
        String page =
                Files.readString(ROOT.resolve("docs/nookplot.md")) + Files.readString(ROOT.resolve("docs/codebolt.md"));
        try (Stream<Path> files = Files.list(ERRORS)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(file -> file.endsWith("Exception.java"))
                            .map(file -> file.replace(".java", "")))
                    .hasSizeGreaterThan(15)
                    .allSatisfy(error -> assertThat(page).contains("`" + error));
        }
        assertThat(HttpStatusException.class.getDeclaredClasses())
                .hasSizeGreaterThan(5)
                .allSatisfy(error -> assertThat(page).contains("`" + error.getSimpleName() + "`"));
    }

    @Test
    void everyErrorOfChannelsIsInTheirTable() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/phoenix.md"));
        try (Stream<Path> files = Files.list(CHANNELS)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(file -> file.endsWith("Exception.java"))
                            .map(file -> file.replace(".java", "")))
                    .hasSizeGreaterThan(5)
                    .allSatisfy(error -> assertThat(page).contains("| `" + error + "` |"));
        }
    }

    @Test
    void theTestsThatTheReadmeNamesExist() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        try (Stream<Path> files = Files.walk(ROOT)) {
            List<String> tests = files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith("Test.java"))
                    .toList();

            assertThat(matches(NAME_OF_TEST, readme))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(tests).contains(name + ".java"));
        }
    }

    private static Stream<String> publicMethods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .map(Method::getName)
                .distinct();
    }

    private static Stream<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().map((MatchResult match) -> match.group(1));
    }

    private static String sources() throws IOException {
        try (Stream<Path> files = Files.walk(TESTS)) {
            return String.join(
                    "\n",
                    files.filter(file -> file.toString().endsWith(".java"))
                            .map(DocumentsTest::read)
                            .toList());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s", "");
    }
}
