package io.agentruntime.spring.nookplot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.spring.RuntimeLifecycle;
import io.agentruntime.spring.RuntimeStatus;
import io.agentruntime.spring.RuntimeSupportAutoConfiguration;
import io.agentruntime.spring.RuntimesEndpoint;
import io.agentruntime.support.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** Which beans there are, for which properties, classes and beans of the application. Nothing is connected here. */
class NookplotAutoConfigurationTest {

    private static final String KEY = "nk_" + Secrets.MARKER;

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(RuntimeSupportAutoConfiguration.class, NookplotAutoConfiguration.class))
            .withPropertyValues("nookplot.auto-connect=false");

    private final ApplicationContextRunner configured =
            context.withPropertyValues("nookplot.gateway-url=http://localhost:1", "nookplot.api-key=" + KEY);

    @Test
    void withoutPropertiesThereIsNothing() {
        context.run(application -> assertThat(application)
                .hasNotFailed()
                .doesNotHaveBean(NookplotRuntime.class)
                .doesNotHaveBean(RuntimeLifecycle.class)
                .doesNotHaveBean(ReactiveHealthContributor.class));
    }

    @Test
    void twoPropertiesMakeARuntimeWithItsLifecycleAndHealth() {
        configured.run(application -> assertThat(application)
                .hasSingleBean(NookplotRuntime.class)
                .hasSingleBean(RuntimeLifecycle.class)
                .hasSingleBean(ReactiveHealthIndicator.class)
                .hasBean("nookplotHealthContributor"));
    }

    @Test
    void withoutBootsHealthThereIsARuntimeAllTheSame() {
        configured
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
                .run(application -> assertThat(application)
                        .hasSingleBean(NookplotRuntime.class)
                        .doesNotHaveBean("nookplotHealthContributor"));
    }

    @Test
    void withoutTheActuatorSpringWebAndMicrometerThereIsARuntimeAllTheSame() {
        configured
                .withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.health",
                        "org.springframework.boot.actuate",
                        "org.springframework.http",
                        "org.springframework.web",
                        "io.micrometer"))
                .run(application -> assertThat(application)
                        .hasSingleBean(NookplotRuntime.class)
                        .hasSingleBean(RuntimeLifecycle.class));
    }

    @Test
    void healthCanBeSwitchedOff() {
        configured
                .withPropertyValues("management.health.nookplot.enabled=false")
                .run(application ->
                        assertThat(application).hasNotFailed().doesNotHaveBean("nookplotHealthContributor"));
    }

    @Test
    void theEndpointIsThereWhenItIsExposed() {
        ApplicationContextRunner actuator =
                configured.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class));

        actuator.run(application -> assertThat(application).doesNotHaveBean(RuntimesEndpoint.class));
        actuator.withPropertyValues("management.endpoints.web.exposure.include=runtimes")
                .run(application -> assertThat(application).hasSingleBean(RuntimesEndpoint.class));
    }

    @ParameterizedTest
    @CsvSource({
        "nookplot.gateway-url, ftp://example.com",
        "nookplot.heartbeat-interval, 0s",
        "nookplot.liveness-timeout, 1s",
        "nookplot.refill.max-messages, 0",
        "nookplot.reconnect.max-retries, -1",
        "nookplot.reconnect.max-delay, 1ms",
        "nookplot.http.request-timeout, 0s",
        "nookplot.http.max-response-bytes, 3GB",
        "nookplot.http.rate-limit-retry.max-retries, 101",
        "nookplot.net.connect-timeout, 11m",
        "nookplot.web-socket.max-message-bytes, 1B",
        "nookplot.streams.capacity, 0"
    })
    void aValueThatCannotWorkIsNamedByItsProperty(String property, String value) {
        configured
                .withPropertyValues(property + "=" + value)
                .run(application -> assertThat(application.getStartupFailure())
                        .rootCause()
                        .satisfies(NookplotAutoConfigurationTest::showsNoKey)
                        .isInstanceOf(InvalidOptionException.class)
                        .satisfies(cause -> assertThat(application.getStartupFailure())
                                .hasStackTraceContaining("Property '" + property + "' must")));
    }

    @Test
    void aMissingKeyIsNamedByItsProperty() {
        context.withPropertyValues("nookplot.gateway-url=http://localhost:1")
                .run(application -> assertThat(application.getStartupFailure())
                        .hasStackTraceContaining("Property 'nookplot.api-key' is required"));
    }

    @Test
    void aBadKeyIsNotShown() {
        configured
                .withPropertyValues("nookplot.api-key=" + KEY + " \u00e9")
                .run(application -> assertThat(application.getStartupFailure())
                        .hasStackTraceContaining("Property 'nookplot.api-key'")
                        .satisfies(NookplotAutoConfigurationTest::showsNoKey));
    }

    private static void showsNoKey(Throwable failure) {
        Secrets.assertNoneIn(failure);
    }

    @Test
    void severalRuntimesShareWhatStandsAboveThem() {
        configured
                .withPropertyValues(
                        "nookplot.heartbeat-interval=20s",
                        "nookplot.metadata.team=red",
                        "nookplot.runtimes.alice.metadata.role=first",
                        "nookplot.runtimes.bob.heartbeat-interval=40s",
                        "nookplot.runtimes.bob.auto-connect=true")
                .run(application -> {
                    assertThat(application.getBeanNamesForType(NookplotRuntime.class))
                            .containsExactlyInAnyOrder("aliceNookplotRuntime", "bobNookplotRuntime");
                    NookplotRuntimeFactory factory = application.getBean(NookplotRuntimeFactory.class);
                    assertThat(factory.properties("alice").heartbeatInterval()).hasSeconds(20);
                    assertThat(factory.properties("bob").heartbeatInterval()).hasSeconds(40);
                    assertThat(factory.properties("alice").metadata())
                            .containsOnly(Map.entry("team", "red"), Map.entry("role", "first"));
                    assertThat(application.getBean(RuntimeLifecycle.class).statuses())
                            .extracting(RuntimeStatus::name, RuntimeStatus::autoConnect)
                            .containsExactlyInAnyOrder(tuple("alice", false), tuple("bob", true));
                    assertThat(application).hasSingleBean(CompositeReactiveHealthContributor.class);
                });
    }

    @Test
    void aBadValueOfANamedRuntimeIsNamedWithIt() {
        configured
                .withPropertyValues("nookplot.runtimes.alice.liveness-timeout=1s")
                .run(application -> assertThat(application.getStartupFailure())
                        .hasStackTraceContaining("Property 'nookplot.runtimes.alice.liveness-timeout' must"));
    }

    @Test
    void aRuntimeOfTheApplicationTakesThePlaceAndHasLifecycleAndHealth() {
        configured.withUserConfiguration(OwnRuntime.class).run(application -> {
            assertThat(application).hasSingleBean(NookplotRuntime.class).hasBean("mine");
            assertThat(application.getBean(RuntimeLifecycle.class).statuses())
                    .extracting(RuntimeStatus::name)
                    .containsExactly("mine");
        });
    }

    @Test
    void connectionDetailsTakeThePlaceOfTheProperties() {
        configured
                .withBean(NookplotConnectionDetails.class, () -> at("ftp://localhost"))
                .run(application -> assertThat(application.getStartupFailure())
                        .hasStackTraceContaining("Property 'nookplot.gateway-url' must"));
        context.withBean(NookplotConnectionDetails.class, () -> at("http://localhost:2"))
                .run(application -> assertThat(application).hasSingleBean(NookplotRuntime.class));
    }

    private static NookplotConnectionDetails at(String url) {
        return new NookplotConnectionDetails() {
            @Override
            public String getGatewayUrl() {
                return url;
            }

            @Override
            public String getApiKey() {
                return KEY;
            }
        };
    }

    private final ApplicationContextRunner named =
            configured.withPropertyValues("nookplot.runtimes.alice.phase=1", "nookplot.runtimes.bob.phase=1");

    @Test
    void connectionDetailsWithTheNameOfARuntimeTakeThePlaceOfItsProperties() {
        named.withBean(
                        "aliceNookplotConnectionDetails",
                        NookplotConnectionDetails.class,
                        () -> at("http://localhost:2"))
                .run(application -> assertThat(application.getBeanNamesForType(NookplotRuntime.class))
                        .containsExactlyInAnyOrder("aliceNookplotRuntime", "bobNookplotRuntime"));
        named.withBean("aliceNookplotConnectionDetails", NookplotConnectionDetails.class, () -> at("ftp://localhost"))
                .run(application -> assertThat(application.getStartupFailure())
                        .hasStackTraceContaining("Property 'nookplot.runtimes.alice.gateway-url' must"));
    }

    @Test
    void connectionDetailsWithTheQualifierOfARuntimeTakeThePlaceOfItsProperties() {
        named.withUserConfiguration(QualifiedDetails.class)
                .run(application -> assertThat(application.getStartupFailure())
                        .hasStackTraceContaining("Property 'nookplot.runtimes.bob.gateway-url' must"));
    }

    @Test
    void connectionDetailsForNoneOfTheNamedRuntimesFailTheStart() {
        named.withBean("gateway", NookplotConnectionDetails.class, () -> at("http://localhost:2"))
                .run(application -> assertThat(application.getStartupFailure())
                        .hasStackTraceContaining(
                                "The NookplotConnectionDetails 'gateway' are for none of the runtimes"));
    }

    @Test
    void severalConnectionDetailsForOneRuntimeFailTheStart() {
        named.withBean("alice", NookplotConnectionDetails.class, () -> at("http://localhost:2"))
                .withBean(
                        "aliceNookplotConnectionDetails",
                        NookplotConnectionDetails.class,
                        () -> at("http://localhost:3"))
                .run(application -> assertThat(application.getStartupFailure())
                        .hasRootCauseInstanceOf(NoUniqueBeanDefinitionException.class));
    }

    @ParameterizedTest
    @CsvSource({"[a.b]", "[A b]", "Alice", "a_b"})
    void aNameThatNoBeanCouldHaveIsRefused(String name) {
        String element = name.startsWith("[") ? name : "." + name;
        configured
                .withPropertyValues("nookplot.runtimes" + element + ".heartbeat-interval=20s")
                .run(application -> assertThat(application.getStartupFailure())
                        .hasStackTraceContaining("Property 'nookplot.runtimes[" + name.replaceAll("[\\[\\]]", "")
                                + "]' must have a name of lower-case letters, digits and hyphens"));
    }

    @Test
    void aRuntimeOfTheApplicationTakesThePlaceOfTheOneOfItsName() {
        NookplotRuntime mine = NookplotRuntime.builder()
                .gatewayUrl("http://localhost:3")
                .apiKey(KEY)
                .build();
        named.withBean("aliceNookplotRuntime", NookplotRuntime.class, () -> mine)
                .run(application -> {
                    assertThat(application.getBean("aliceNookplotRuntime")).isSameAs(mine);
                    assertThat(application.getBean(RuntimeLifecycle.class).statuses())
                            .extracting(RuntimeStatus::name)
                            .containsExactlyInAnyOrder("alice", "bob");
                });
    }

    @Test
    void aNamedRuntimeWithoutAnAddressIsNamedByItsProperty() {
        context.withPropertyValues("nookplot.runtimes.alice.api-key=" + KEY)
                .run(application -> assertThat(application.getStartupFailure())
                        .hasStackTraceContaining("Property 'nookplot.runtimes.alice.gateway-url' is required"));
    }

    @Test
    void customizersAreCalledInOrderWithTheNameOfTheRuntime() {
        configured.withUserConfiguration(Customizers.class).run(application -> {
            assertThat(application).hasSingleBean(NookplotRuntime.class);
            assertThat(application.getBean(Customizers.class).called)
                    .containsExactly("first default", "second default");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnRuntime {

        @Bean
        NookplotRuntime mine() {
            return NookplotRuntime.builder()
                    .gatewayUrl("http://localhost:3")
                    .apiKey(KEY)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class QualifiedDetails {

        @Bean
        @Qualifier("bob")
        NookplotConnectionDetails gateway() {
            return at("ftp://localhost");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        final List<String> called = new ArrayList<>();

        @Bean
        @Order(2)
        NookplotRuntimeCustomizer second() {
            return (name, builder) -> called.add("second " + name);
        }

        @Bean
        @Order(1)
        NookplotRuntimeCustomizer first() {
            return (name, builder) -> called.add("first " + name);
        }
    }
}
