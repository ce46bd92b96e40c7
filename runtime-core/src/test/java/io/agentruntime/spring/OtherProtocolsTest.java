package io.agentruntime.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.codebolt.CodeboltPlugin;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.octavus.OctavusSocketTransport;
import io.agentruntime.octavus.OctavusTransport;
import io.agentruntime.spring.codebolt.CodeboltAutoConfiguration;
import io.agentruntime.spring.codebolt.CodeboltConnectionDetails;
import io.agentruntime.spring.codebolt.CodeboltPluginCustomizer;
import io.agentruntime.spring.octavus.OctavusAutoConfiguration;
import io.agentruntime.spring.octavus.OctavusConnectionDetails;
import io.agentruntime.spring.octavus.OctavusSocketCustomizer;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.codebolt.EmbeddedCodeboltServer;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Codebolt and Octavus in an application: their beans, and one life at a real server each. */
class OtherProtocolsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TOKEN = Secrets.MARKER + "-token";

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    RuntimeSupportAutoConfiguration.class,
                    CodeboltAutoConfiguration.class,
                    OctavusAutoConfiguration.class))
            .withBean(Heard.class);

    private final ApplicationContextRunner idle = context.withPropertyValues(
            "codebolt.auto-connect=false",
            "codebolt.plugin-id=plugin",
            "codebolt.plugin-token=" + TOKEN,
            "octavus.auto-connect=false",
            "octavus.url=ws://localhost:1/");

    static final class Heard {

        final Sinks.Many<ConnectionStateChanged> events = Sinks.many().replay().all();

        /** Each protocol publishes from a thread of its own; the sink refuses what comes in the middle of another one. */
        @EventListener
        synchronized void on(ConnectionStateChanged event) {
            events.tryEmitNext(event).orThrow();
        }

        Flux<ConnectionStateChanged> connected(String protocol) {
            return events.asFlux()
                    .filter(event -> event.protocol().equals(protocol) && event.state() instanceof Connected);
        }
    }

    @Test
    void withoutPropertiesThereIsNothing() {
        context.run(application -> assertThat(application)
                .hasNotFailed()
                .doesNotHaveBean(CodeboltPlugin.class)
                .doesNotHaveBean(OctavusTransport.class)
                .doesNotHaveBean(RuntimeLifecycle.class));
    }

    @Test
    void eachHasItsRuntimeLifecycleAndHealth() {
        idle.run(application -> {
            assertThat(application)
                    .hasSingleBean(CodeboltPlugin.class)
                    .hasSingleBean(OctavusSocketTransport.class)
                    .hasBean("codeboltHealthContributor")
                    .hasBean("octavusHealthContributor");
            assertThat(application.getBeansOfType(RuntimeLifecycle.class).values())
                    .extracting(RuntimeLifecycle::protocol)
                    .containsExactlyInAnyOrder("codebolt", "octavus");
        });
    }

    @Test
    void withoutTheActuatorSpringWebAndMicrometerThereAreRuntimesAllTheSame() {
        idle.withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.health",
                        "org.springframework.boot.actuate",
                        "org.springframework.http",
                        "io.micrometer"))
                .run(application -> assertThat(application)
                        .hasSingleBean(CodeboltPlugin.class)
                        .hasSingleBean(OctavusSocketTransport.class)
                        .doesNotHaveBean(ReactiveHealthContributor.class));
    }

    @ParameterizedTest
    @CsvSource({
        "codebolt.server-url, ftp://example.com",
        "codebolt.plugin-id, ' '",
        "codebolt.liveness-timeout, 1s",
        "codebolt.request-timeout, 0s",
        "octavus.url, ftp://example.com",
        "octavus.turn-timeout, 0s",
        "octavus.reconnect.stable-after, -1s",
        "octavus.net.proxy.host, ''"
    })
    void aValueThatCannotWorkIsNamedByItsProperty(String property, String value) {
        idle.withPropertyValues(property + "=" + value)
                .run(application -> assertThat(application.getStartupFailure())
                        .satisfies(Secrets::assertNoneIn)
                        .hasStackTraceContaining("Property '" + property + "' must"));
    }

    @Test
    void aMissingTokenIsNamedByItsProperty() {
        context.withPropertyValues("codebolt.plugin-id=plugin")
                .run(application -> assertThat(application.getStartupFailure())
                        .hasStackTraceContaining("Property 'codebolt.plugin-token' is required"));
    }

    @Test
    void beansOfTheApplicationTakeThePlace() {
        CodeboltPlugin plugin = plugin("mine");
        OctavusTransport http =
                OctavusTransport.http("http://localhost:1/").sessionId("mine").build();
        idle.withBean("mine", CodeboltPlugin.class, () -> plugin)
                .withBean(OctavusTransport.class, () -> http)
                .run(application -> {
                    assertThat(application.getBean(CodeboltPlugin.class)).isSameAs(plugin);
                    assertThat(application.getBean(OctavusTransport.class)).isSameAs(http);
                    assertThat(application).doesNotHaveBean("octavusLifecycle");
                });
    }

    @Test
    void severalOfTheApplicationHaveALifecycleAndHealthOfTheirOwnEach() {
        idle.withBean("red", CodeboltPlugin.class, () -> plugin("red"))
                .withBean("blueCodeboltPlugin", CodeboltPlugin.class, () -> plugin("blue"))
                .withBean("east", OctavusSocketTransport.class, OtherProtocolsTest::transport)
                .withBean("westOctavusSocketTransport", OctavusSocketTransport.class, OtherProtocolsTest::transport)
                .run(application -> {
                    assertThat(namesIn(application, "codebolt")).containsExactlyInAnyOrder("red", "blue");
                    assertThat(namesIn(application, "octavus")).containsExactlyInAnyOrder("east", "west");
                    assertThat(application.getBeansOfType(CompositeReactiveHealthContributor.class))
                            .containsOnlyKeys("codeboltHealthContributor", "octavusHealthContributor");
                });
    }

    private static CodeboltPlugin plugin(String id) {
        return CodeboltPlugin.builder().pluginId(id).pluginToken(TOKEN).build();
    }

    private static OctavusSocketTransport transport() {
        return OctavusTransport.socket("ws://localhost:1/").build();
    }

    private static List<String> namesIn(AssertableApplicationContext application, String protocol) {
        return application.getBean(protocol + "Lifecycle", RuntimeLifecycle.class).statuses().stream()
                .map(RuntimeStatus::name)
                .toList();
    }

    @Test
    void connectionDetailsAndCustomizersHaveTheirSay() {
        AtomicInteger called = new AtomicInteger();
        context.withPropertyValues("codebolt.auto-connect=false", "octavus.auto-connect=false")
                .withBean(CodeboltConnectionDetails.class, () -> () -> "ws://localhost:1")
                .withBean(OctavusConnectionDetails.class, () -> () -> "ws://localhost:1")
                .withBean(CodeboltPluginCustomizer.class, () -> builder -> {
                    called.incrementAndGet();
                    builder.pluginId("plugin").pluginToken(TOKEN);
                })
                .withBean(OctavusSocketCustomizer.class, () -> builder -> called.incrementAndGet())
                .run(application -> {
                    assertThat(application)
                            .hasSingleBean(CodeboltPlugin.class)
                            .hasSingleBean(OctavusSocketTransport.class);
                    assertThat(called).hasValue(2);
                });
    }

    @Test
    void theyConnectAtTheStartAndDisconnectAtTheStop() {
        EmbeddedCodeboltServer codebolt = EmbeddedCodeboltServer.builder()
                .credentials("test-plugin", TOKEN)
                .start()
                .block(PATIENCE);
        EmbeddedOctavusServer octavus = EmbeddedOctavusServer.start().block(PATIENCE);
        try {
            context.withBean(CodeboltConnectionDetails.class, () -> codebolt::url)
                    .withBean(
                            CodeboltPluginCustomizer.class,
                            () -> builder -> builder.pluginId("test-plugin").pluginToken(TOKEN))
                    .withPropertyValues("octavus.url=" + octavus.socketUrl())
                    .run(application -> {
                        Heard heard = application.getBean(Heard.class);
                        heard.connected("codebolt").blockFirst(PATIENCE);
                        heard.connected("octavus").blockFirst(PATIENCE);

                        eventually(() -> codebolt.sockets() == 1 && octavus.connections() == 1);
                    });
            eventually(() -> codebolt.sockets() == 0 && octavus.connections() == 0);
        } finally {
            codebolt.close().block(PATIENCE);
            octavus.close().block(PATIENCE);
        }
    }

    /** What a server sees comes a moment after what its client sees. */
    private static void eventually(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(10))
                .filter(tick -> condition.getAsBoolean())
                .blockFirst(PATIENCE);
    }
}
