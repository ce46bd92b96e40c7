package io.agentruntime.spring.octavus;

import io.agentruntime.octavus.OctavusSocketTransport;
import io.agentruntime.spring.RuntimeHealth;
import io.agentruntime.spring.RuntimeLifecycle;
import io.agentruntime.spring.RuntimeResources;
import java.util.Map;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What every {@link OctavusSocketTransport} of the application gets, its own ones too. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBean(OctavusSocketTransport.class)
class OctavusOperationConfiguration {

    @Bean
    RuntimeLifecycle octavusLifecycle(
            Map<String, OctavusSocketTransport> transports, OctavusProperties properties, RuntimeResources resources) {
        return resources
                .lifecycle("octavus", properties.phase())
                .addAll(
                        transports,
                        OctavusSocketTransport.class,
                        OctavusConnection::new,
                        name -> properties.autoConnect())
                .build();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
    static class Health {

        @Bean
        @ConditionalOnEnabledHealthIndicator("octavus")
        @ConditionalOnMissingBean(name = {"octavusHealthIndicator", "octavusHealthContributor"})
        ReactiveHealthContributor octavusHealthContributor(@Qualifier("octavusLifecycle") RuntimeLifecycle lifecycle) {
            return RuntimeHealth.of(lifecycle);
        }
    }
}
