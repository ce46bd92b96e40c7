package io.agentruntime.phoenix.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.atomemo.AtomemoEnvironment;
import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.atomemo.HubMode;
import io.agentruntime.atomemo.Tool;
import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.phoenix.testkit.EmbeddedPhoenixServer;
import io.agentruntime.spring.ConnectionStateChanged;
import io.agentruntime.spring.RuntimeLifecycle;
import io.agentruntime.spring.RuntimeStatus;
import io.agentruntime.spring.RuntimeSupportAutoConfiguration;
import io.agentruntime.support.Secrets;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeReactiveHealthContributor;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Phoenix sockets and Atomemo plugins in an application: their beans, and one life at a real server each. */
class PhoenixApplicationTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TOKEN = Secrets.MARKER + "-token";

    @TempDir
    Path folder;

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    RuntimeSupportAutoConfiguration.class,
                    PhoenixAutoConfiguration.class,
                    AtomemoAutoConfiguration.class))
            .withBean(Heard.class);

    private final ApplicationContextRunner idle = context.withPropertyValues(
            "phoenix.auto-connect=false",
            "phoenix.url=ws://localhost:1/socket",
            "phoenix.auth-token=" + TOKEN,
            "atomemo.auto-connect=false",
            "atomemo.name=my-plugin",
            "atomemo.version=1.0.0",
            "atomemo.hub-url=ws://localhost:1",
            "atomemo.debug-api-key=" + TOKEN);

    static final class Heard {

        final Sinks.Many<ConnectionStateChanged> events = Sinks.many().replay().all();

        @EventListener
        void on(ConnectionStateChanged event) {
            events.tryEmitNext(event);
        }

        void awaitConnected() {
            events.asFlux().filter(event -> event.state() instanceof Connected).blockFirst(PATIENCE);
        }
    }

    @Test
    void withoutPropertiesThereIsNothing() {
        context.run(application -> assertThat(application)
                .hasNotFailed()
                .doesNotHaveBean(PhoenixSocket.class)
                .doesNotHaveBean(AtomemoPlugin.class)
                .doesNotHaveBean(RuntimeLifecycle.class));
    }

    @Test
    void eachHasItsRuntimeLifecycleAndHealth() {
        idle.run(application -> assertThat(application)
                .hasSingleBean(PhoenixSocket.class)
                .hasSingleBean(AtomemoPlugin.class)
                .hasBean("phoenixHealthContributor")
                .hasBean("atomemoHealthContributor"));
    }

    @Test
    void withoutTheActuatorSpringWebAndMicrometerThereAreRuntimesAllTheSame() {
        idle.withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.health",
                        "org.springframework.boot.actuate",
                        "org.springframework.http",
                        "io.micrometer"))
                .run(application -> assertThat(application)
                        .hasSingleBean(PhoenixSocket.class)
                        .hasSingleBean(AtomemoPlugin.class));
    }

    @Test
    void severalSocketsShareWhatStandsAboveThem() {
        idle.withPropertyValues(
                        "phoenix.runtimes.east.url=ws://localhost:2/socket", "phoenix.runtimes.west.join-timeout=3s")
                .run(application -> {
                    assertThat(application.getBeanNamesForType(PhoenixSocket.class))
                            .containsExactlyInAnyOrder("eastPhoenixSocket", "westPhoenixSocket");
                    assertThat(application.getBean("westPhoenixSocket"))
                            .hasToString("PhoenixSocket[http://localhost:1/socket, disconnected]");
                    assertThat(application
                                    .getBean("phoenixLifecycle", RuntimeLifecycle.class)
                                    .statuses())
                            .extracting(RuntimeStatus::name)
                            .containsExactlyInAnyOrder("east", "west");
                    assertThat(application).hasSingleBean(CompositeReactiveHealthContributor.class);
                });
    }

    @Test
    void connectionDetailsWithTheNameOfASocketTakeThePlaceOfItsProperties() {
        ApplicationContextRunner named =
                idle.withPropertyValues("phoenix.runtimes.east.phase=1", "phoenix.runtimes.west.phase=1");
        named.withBean(
                        "westPhoenixConnectionDetails",
                        PhoenixConnectionDetails.class,
                        () -> () -> "ws://localhost:2/socket")
                .run(application -> {
                    assertThat(application.getBeanNamesForType(PhoenixSocket.class))
                            .containsExactlyInAnyOrder("eastPhoenixSocket", "westPhoenixSocket");
                    assertThat(application.getBean("westPhoenixSocket"))
                            .hasToString("PhoenixSocket[http://localhost:2/socket, disconnected]");
                    assertThat(application.getBean("eastPhoenixSocket"))
                            .hasToString("PhoenixSocket[http://localhost:1/socket, disconnected]");
                });
        named.withBean("server", PhoenixConnectionDetails.class, () -> () -> "ws://localhost:2/socket")
                .run(application -> assertThat(application.getStartupFailure())
                        .hasStackTraceContaining("The PhoenixConnectionDetails 'server' are for none of the runtimes"));
    }

    @ParameterizedTest
    @CsvSource({
        "phoenix.url, ftp://example.com",
        "phoenix.push-buffer, -1",
        "phoenix.http.max-connections, 0",
        "phoenix.runtimes.east.join-timeout, 0s",
        "atomemo.hub-url, http://example.com",
        "atomemo.max-running, 0",
        "atomemo.request-timeout, 0s"
    })
    void aValueThatCannotWorkIsNamedByItsProperty(String property, String value) {
        idle.withPropertyValues(property + "=" + value)
                .run(application -> assertThat(application.getStartupFailure())
                        .satisfies(Secrets::assertNoneIn)
                        .hasStackTraceContaining("Property '" + property + "' must"));
    }

    @ParameterizedTest
    @CsvSource({"atomemo.debug-api-key", "atomemo.version", "atomemo.name"})
    void whatIsMissingIsNamedByItsProperty(String property) {
        ApplicationContextRunner without = context.withPropertyValues("atomemo.hub-url=ws://localhost:1");
        for (String other : new String[] {"atomemo.debug-api-key", "atomemo.version", "atomemo.name"}) {
            without = other.equals(property) ? without : without.withPropertyValues(other + "=1.0.0");
        }
        without.run(application -> assertThat(application.getStartupFailure())
                .hasStackTraceContaining("Property '" + property + "' is required"));
    }

    @Test
    void beansOfTheApplicationTakeThePlace() {
        PhoenixSocket mine = PhoenixSocket.builder().url("ws://localhost:3").build();
        idle.withBean("mine", PhoenixSocket.class, () -> mine).run(application -> {
            assertThat(application.getBean(PhoenixSocket.class)).isSameAs(mine);
            assertThat(application
                            .getBean("phoenixLifecycle", RuntimeLifecycle.class)
                            .status("mine"))
                    .isPresent();
        });
    }

    @Test
    void pluginsOfTheApplicationTakeThePlaceAndHaveALifecycleEach() {
        idle.withBean("mine", AtomemoPlugin.class, PhoenixApplicationTest::plugin)
                .withBean("otherAtomemoPlugin", AtomemoPlugin.class, PhoenixApplicationTest::plugin)
                .run(application -> {
                    assertThat(application.getBeanNamesForType(AtomemoPlugin.class))
                            .containsExactlyInAnyOrder("mine", "otherAtomemoPlugin");
                    assertThat(application
                                    .getBean("atomemoLifecycle", RuntimeLifecycle.class)
                                    .statuses())
                            .extracting(RuntimeStatus::name)
                            .containsExactlyInAnyOrder("mine", "other");
                    assertThat(application.getBean("atomemoHealthContributor"))
                            .isInstanceOf(CompositeReactiveHealthContributor.class);
                });
    }

    private static AtomemoPlugin plugin() {
        return AtomemoPlugin.builder("my-plugin")
                .version("1.0.0")
                .environment(
                        AtomemoEnvironment.of(Map.of("HUB_WS_URL", "ws://localhost:1", "HUB_DEBUG_API_KEY", TOKEN)))
                .build();
    }

    @Test
    void connectionDetailsTakeThePlaceOfTheProperties() {
        idle.withBean(AtomemoConnectionDetails.class, () -> () -> "http://example.com")
                .run(application -> assertThat(application.getStartupFailure())
                        .hasStackTraceContaining("Property 'atomemo.hub-url' must"));
        idle.withBean(PhoenixConnectionDetails.class, () -> () -> "ws://localhost:2/socket")
                .run(application -> assertThat(application.getBean(PhoenixSocket.class))
                        .hasToString("PhoenixSocket[http://localhost:2/socket, disconnected]"));
    }

    @Test
    void aSocketConnectsAtTheStartAndDisconnectsAtTheStop() {
        EmbeddedPhoenixServer server = EmbeddedPhoenixServer.start().block(PATIENCE);
        try {
            context.withBean(PhoenixConnectionDetails.class, () -> server::url)
                    .withPropertyValues("phoenix.params.user=jane")
                    .run(application -> {
                        application.getBean(Heard.class).awaitConnected();

                        assertThat(server.connects())
                                .singleElement()
                                .satisfies(
                                        connect -> assertThat(connect.params()).containsKey("user"));
                    });
            eventually(() -> server.sockets() == 0);
        } finally {
            server.close().block(PATIENCE);
        }
    }

    @Test
    void aPluginServesTheToolsThatAreBeansForAsLongAsTheApplicationRuns() {
        EmbeddedAtomemoHub hub = EmbeddedAtomemoHub.start(HubMode.DEBUG).block(PATIENCE);
        Secrets.register(EmbeddedAtomemoHub.KEY);
        try {
            context.withPropertyValues(
                            "atomemo.name=my-plugin",
                            "atomemo.version=1.0.0",
                            "atomemo.author-name=Jane",
                            "atomemo.author-email=jane@example.com",
                            "atomemo.hub-url=" + hub.variables().get("HUB_WS_URL"),
                            "atomemo.definition-file=" + folder.resolve("definition.json"),
                            "atomemo.debug-api-key=" + EmbeddedAtomemoHub.KEY)
                    .withBean(
                            Tool.class,
                            () -> Tool.builder("greet")
                                    .invoke(call -> Mono.just("hello"))
                                    .build())
                    .run(application -> {
                        assertThat(hub.invokeTool("greet", Map.of())
                                        .block(PATIENCE)
                                        .data()
                                        .asString())
                                .isEqualTo("hello");
                    });
            assertThat(hub.server().messages("phx_leave")).hasSize(1);
            eventually(() -> hub.server().sockets() == 0);
        } finally {
            hub.close().block(PATIENCE);
        }
    }

    @Test
    void aPluginAsksABusyPlatformForItsAuthorAndIsWatched() throws IOException {
        EmbeddedAtomemoHub hub = EmbeddedAtomemoHub.start(HubMode.DEBUG).block(PATIENCE);
        Secrets.register(EmbeddedAtomemoHub.KEY);
        AtomicInteger asked = new AtomicInteger();
        DisposableServer platform = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> asked.incrementAndGet() == 1
                        ? response.status(408).send()
                        : response.sendString(
                                Mono.just("{\"user\": {\"name\": \"Jane\", \"email\": \"jane@example.com\"}}")))
                .bindNow(PATIENCE);
        Files.writeString(folder.resolve("atomemo.json"), """
                {"auth": {"staging": {"access_token": "%s", "endpoint": "http://127.0.0.1:%d"}}}
                """.formatted(TOKEN, platform.port()));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try {
            context.withPropertyValues(
                            "atomemo.name=my-plugin",
                            "atomemo.version=1.0.0",
                            "atomemo.config-file=" + folder.resolve("atomemo.json"),
                            "atomemo.definition-file=" + folder.resolve("definition.json"),
                            "atomemo.reconnect.initial-delay=10ms",
                            "atomemo.hub-url=" + hub.variables().get("HUB_WS_URL"),
                            "atomemo.debug-api-key=" + EmbeddedAtomemoHub.KEY)
                    .withBean(MeterRegistry.class, () -> meters)
                    .run(application -> {
                        application.getBean(Heard.class).awaitConnected();

                        assertThat(asked).hasValue(2);
                        assertThat(meters.get("agentruntime.connections")
                                        .tags("runtime", "default", "protocol", "atomemo", "state", "connected")
                                        .gauge()
                                        .value())
                                .isOne();
                    });
        } finally {
            platform.disposeNow(PATIENCE);
            hub.close().block(PATIENCE);
        }
    }

    /** What a server sees comes a moment after what its client sees. */
    private static void eventually(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(10))
                .filter(tick -> condition.getAsBoolean())
                .blockFirst(PATIENCE);
    }
}
