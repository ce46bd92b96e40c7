package io.agentruntime.examples.service;

import io.agentruntime.testkit.EmbeddedGateway;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import reactor.core.scheduler.Schedulers;

/** The service's parts. */
@SpringBootApplication
@EnableConfigurationProperties(ServiceSettings.class)
class ServiceApplication {

    private static final Duration START_LIMIT = Duration.ofSeconds(10);

    /** Blocks while the gateway comes up, which is fine while the application does. */
    @Bean(destroyMethod = "")
    @ConditionalOnProperty(name = ServiceSettings.GATEWAY, havingValue = "embedded", matchIfMissing = true)
    Playground playground(ServiceSettings settings) {
        Playground playground = new Playground(Objects.requireNonNull(
                EmbeddedGateway.builder().recordLimit(0).start().block(START_LIMIT)));
        playground.talk(settings.messagesPerSecond());
        return playground;
    }

    @Bean
    @ConditionalOnProperty(name = ServiceSettings.GATEWAY, havingValue = "real")
    RealGateway realGateway(ServiceSettings settings) {
        return new RealGateway(settings.gatewayUrl(), settings.apiKeys(), settings.channelId());
    }

    @Bean(destroyMethod = "")
    Fleet fleet(AgentHome home, ServiceSettings settings) {
        return new Fleet(home, settings.maxAgents());
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
    ServiceLifecycle serviceLifecycle(
            Fleet fleet, LiveFeed feed, ObjectProvider<Playground> playground, ServiceSettings settings) {
        return new ServiceLifecycle(
                fleet, feed, playground.getIfAvailable(), settings.autostart() ? settings.names() : List.of());
    }
}
