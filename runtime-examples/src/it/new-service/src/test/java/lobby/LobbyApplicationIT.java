package lobby;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** The packaged application, in a process of its own, beside a gateway. */
class LobbyApplicationIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

    private final HttpClient browser = HttpClient.newHttpClient();
    private final ConcurrentLinkedQueue<String> said = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itConnectsAndAnswersHealthAndMetrics(boolean virtualThreads) throws Exception {
        EmbeddedGateway gateway = EmbeddedGateway.start().block(PATIENCE);
        GatewayAgent alice = gateway.agent("alice");
        Process application = start(gateway, alice, virtualThreads);
        CompletableFuture<String> port = new CompletableFuture<>();
        // A thread of its own: the common pool may have a single one, and this one waits.
        CompletableFuture<Void> output = CompletableFuture.runAsync(
                () -> read(application, port), task -> new Thread(task, "output").start());
        try {
            String address = "http://localhost:" + port.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

            String health = ask(address + "/actuator/health", "\"nookplot\":{\"details\":{", "\"state\":\"connected\"");
            assertThat(health).contains("\"status\":\"UP\"").doesNotContain(alice.apiKey());
            ask(address + "/actuator/metrics/agentruntime.connections", "\"state\"", "connected");
            ask(address + "/actuator/runtimes", "\"protocol\":\"nookplot\"", "\"state\":\"connected\"");

            InputStream viewer = view(address + "/events", () -> gateway.push(alice, "hello"));
            // Not Process.destroy(), which would close the stream that is being read.
            application.toHandle().destroy();
            output.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(new String(viewer.readAllBytes(), StandardCharsets.UTF_8)).contains("data:hello\n\n");
            assertThat(said).anyMatch(line -> line.contains("Graceful shutdown complete"));
            // The gateway may still be reading what the process has left behind.
            gateway.frameStream()
                    .filter(frame -> frame.agentId().equals(alice.id()) && frame.text().equals("1000 client disconnect"))
                    .blockFirst(PATIENCE);
            assertThat(said).noneMatch(line -> line.contains(alice.apiKey()));
        } catch (Throwable failure) {
            said.forEach(System.out::println);
            throw failure;
        } finally {
            application.toHandle().destroyForcibly();
            gateway.close().block(PATIENCE);
        }
    }

    private static Process start(EmbeddedGateway gateway, GatewayAgent alice, boolean virtualThreads) throws IOException {
        ProcessBuilder command = new ProcessBuilder(
                        new File(System.getProperty("java.home"), "bin/java").getPath(),
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        "target/lobby-1.jar",
                        "--server.port=0",
                        "--spring.threads.virtual.enabled=" + virtualThreads)
                .redirectErrorStream(true);
        command.environment().put("NOOKPLOT_GATEWAYURL", gateway.url());
        command.environment().put("NOOKPLOT_API_KEY", alice.apiKey());
        return command.start();
    }

    /** Reads what the application says, to its end, and hands the port on as soon as it is said. */
    private void read(Process application, CompletableFuture<String> port) {
        application.inputReader().lines().forEach(line -> {
            said.add(line);
            Matcher found = PORT.matcher(line);
            if (found.find()) {
                port.complete(found.group(1));
            }
        });
        port.completeExceptionally(new AssertionError("It did not start"));
    }

    /** Opens a stream of events; its head comes with the first of them. */
    private InputStream view(String address, Runnable event) {
        CompletableFuture<InputStream> stream = browser.sendAsync(
                        HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofInputStream())
                .thenApply(HttpResponse::body);
        Flux.interval(Duration.ofMillis(100))
                .takeUntilOther(Mono.fromFuture(stream))
                .doOnNext(tick -> event.run())
                .blockLast(PATIENCE);
        return stream.join();
    }

    /** Asks until the answer holds all of this. */
    private String ask(String address, String... parts) {
        return Mono.fromFuture(() -> browser.sendAsync(
                        HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString()))
                .map(HttpResponse::body)
                .filter(body -> Stream.of(parts).allMatch(body::contains))
                .switchIfEmpty(Mono.error(() -> new AssertionError(address + " does not say " + List.of(parts))))
                .retryWhen(Retry.fixedDelay(600, Duration.ofMillis(100)))
                .block(PATIENCE);
    }
}
