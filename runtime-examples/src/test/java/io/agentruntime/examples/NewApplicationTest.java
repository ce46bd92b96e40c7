package io.agentruntime.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** The service of the page on Spring: compiled from the page, against the jars that the page names, and run on its own. */
class NewApplicationTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

    /** What the two starters and our jar bring, by the folders or names of their jars. */
    private static final Pattern ON_THE_PATH = Pattern.compile(".*/(runtime-core/target/.*"
            + "|org/springframework/(spring-[a-z]+|boot/.*)/[^/]+/[^/]+\\.jar"
            + "|(io/netty|io/projectreactor|org/reactivestreams|tools/jackson|com/fasterxml/jackson|org/slf4j|ch/qos/logback"
            + "|org/apache/logging|org/yaml|commons-logging|jakarta/annotation|org/jspecify|org/hdrhistogram|org/latencyutils)/.*"
            + "|io/micrometer/(micrometer-(core|commons|observation|jakarta9)|context-propagation)/.*"
            + "|resilience4j-(core|retry)/.*)");

    @TempDir
    Path folder;

    private final HttpClient browser = HttpClient.newHttpClient();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itConnectsAndAnswersHealthAndMetrics(boolean virtualThreads) throws Exception {
        EmbeddedGateway gateway = EmbeddedGateway.start().block(PATIENCE);
        GatewayAgent alice = gateway.agent("alice");
        Process service = start(gateway, alice, virtualThreads);
        try {
            String address = "http://localhost:" + port(service);

            String health = ask(address + "/actuator/health", "\"nookplot\":{\"details\":{", "\"state\":\"connected\"");
            assertThat(health).contains("\"status\":\"UP\"").doesNotContain(alice.apiKey());
            ask(address + "/actuator/metrics/agentruntime.connections", "\"state\"", "connected");
            ask(address + "/actuator/runtimes", "\"protocol\":\"nookplot\"", "\"state\":\"connected\"");

            service.destroy();
            assertThat(service.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(gateway.frames(alice)).anyMatch(frame -> frame.text().equals("1000 client disconnect"));
        } finally {
            service.destroyForcibly();
            gateway.close().block(PATIENCE);
        }
    }

    private Process start(EmbeddedGateway gateway, GatewayAgent alice, boolean virtualThreads) throws IOException {
        String page = Files.readString(Path.of("../docs/spring.md"));
        String path = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> ON_THE_PATH.matcher(entry.replace('\\', '/')).matches())
                .collect(Collectors.joining(File.pathSeparator));
        compile(source(page), path);
        Files.writeString(folder.resolve("application.properties"), block(page, "properties"));
        ProcessBuilder command = new ProcessBuilder(
                        new File(System.getProperty("java.home"), "bin/java").getPath(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        folder + File.pathSeparator + path,
                        "lobby.LobbyApplication",
                        "--server.port=0",
                        "--spring.threads.virtual.enabled=" + virtualThreads)
                .directory(folder.toFile())
                .redirectErrorStream(true);
        command.environment().put("NOOKPLOT_GATEWAYURL", gateway.url());
        command.environment().put("NOOKPLOT_API_KEY", alice.apiKey());
        return command.start();
    }

    /** What the page shows, with the imports that an editor adds: those of the same class in our tests. */
    private static String source(String page) throws IOException {
        String checked = Files.readString(Path.of("src/test/java/io/agentruntime/examples/docs/LobbyApplication.java"));
        String imports =
                checked.lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
        return "package lobby;\n" + imports + "\n" + block(page, "java");
    }

    private static String block(String page, String language) {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(page);
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private void compile(String source, String path) throws IOException {
        Path file = folder.resolve("LobbyApplication.java");
        Files.writeString(file, source);
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        List.of("-proc:none", "-parameters", "-d", folder.toString(), "-cp", path, file.toString())
                                .toArray(String[]::new));
        assertThat(status).isZero();
    }

    private static String port(Process service) throws IOException {
        BufferedReader output = service.inputReader(StandardCharsets.UTF_8);
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            Matcher port = PORT.matcher(line);
            if (port.find()) {
                return port.group(1);
            }
        }
        throw new AssertionError("It did not start: " + said);
    }

    /** Asks until the answer holds all of this. */
    private String ask(String address, String... parts) {
        return Mono.fromFuture(() -> browser.sendAsync(
                        HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString()))
                .map(HttpResponse::body)
                .filter(body -> Stream.of(parts).allMatch(body::contains))
                .switchIfEmpty(Mono.error(() -> new AssertionError(address + " does not say " + List.of(parts))))
                .retryWhen(Retry.fixedDelay(300, Duration.ofMillis(100)))
                .block(PATIENCE);
    }
}
