package io.agentruntime.examples.service;

import io.agentruntime.spring.RuntimeTelemetrySource;
import io.agentruntime.spring.nookplot.NookplotConnectionDetails;
import io.agentruntime.spring.nookplot.NookplotRuntimeCustomizer;
import io.agentruntime.testkit.EmbeddedGateway;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.core.scheduler.Schedulers;

/** The service's parts. */
@SpringBootApplication
@EnableConfigurationProperties(ServiceSettings.class)
class ServiceApplication {

    private static final Duration START_LIMIT = Duration.ofSeconds(10);

    /**
     * Event loops of its own. Boot would end those that all of the process shares when the application does, and with them
     * whatever else is served there: an embedded gateway, another application.
     */
    @Bean
    ReactorResourceFactory reactorResourceFactory() {
        ReactorResourceFactory resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        return resources;
    }

    /** Blocks while the gateway comes up, which is fine while the application does. */
    @Bean
    @ConditionalOnProperty(name = ServiceSettings.GATEWAY, havingValue = "embedded", matchIfMissing = true)
    Playground playground(ServiceSettings settings) {
        EmbeddedGateway gateway =
                EmbeddedGateway.builder().recordLimit(0).start().block(START_LIMIT);
        return new Playground(Objects.requireNonNull(gateway), settings.messagesPerSecond());
    }

    /** Makes the auto-configuration make a runtime; at a real gateway the properties {@code nookplot.*} do. */
    @Bean
    @ConditionalOnProperty(name = ServiceSettings.GATEWAY, havingValue = "embedded", matchIfMissing = true)
    NookplotConnectionDetails ownAgent(Playground playground) {
        return playground.ownAgent();
    }

    @Bean
    @ConditionalOnProperty(name = ServiceSettings.GATEWAY, havingValue = "embedded", matchIfMissing = true)
    NookplotRuntimeCustomizer quickRuntime() {
        return (name, builder) -> Playground.quick(builder);
    }

    @Bean
    @ConditionalOnProperty(name = ServiceSettings.GATEWAY, havingValue = "real")
    RealGateway realGateway(ServiceSettings settings) {
        return new RealGateway(settings.gatewayUrl(), settings.apiKeys(), settings.channelId());
    }

    @Bean(destroyMethod = "")
    Fleet fleet(AgentHome home, ServiceSettings settings, RuntimeTelemetrySource telemetry) {
        return new Fleet(home, settings.maxAgents(), telemetry.telemetry("fleet"));
    }

    @Bean
    FleetView fleetView(Fleet fleet, ObjectProvider<Playground> playground) {
        return new FleetView(fleet, playground.getIfAvailable());
    }

    @Bean(destroyMethod = "")
    LiveFeed liveFeed(Fleet fleet, FleetView view) {
        return new LiveFeed(fleet.events(), view::look, Schedulers.parallel());
    }

    @Bean
    ServiceLifecycle serviceLifecycle(Fleet fleet, LiveFeed feed, ServiceSettings settings) {
        return new ServiceLifecycle(fleet, feed, settings.autostart() ? settings.names() : List.of());
    }
}
