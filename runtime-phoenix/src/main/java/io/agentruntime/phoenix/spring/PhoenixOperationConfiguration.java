package io.agentruntime.phoenix.spring;

import io.agentruntime.phoenix.PhoenixSocket;
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

/** What every {@link PhoenixSocket} of the application gets, its own ones too. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBean(PhoenixSocket.class)
class PhoenixOperationConfiguration {

    @Bean
    RuntimeLifecycle phoenixLifecycle(
            Map<String, PhoenixSocket> sockets,
            PhoenixSocketFactory factory,
            PhoenixProperties properties,
            RuntimeResources resources) {
        return resources
                .lifecycle(PhoenixSocketFactory.PREFIX, properties.phase())
                .drainTimeout(properties.drainTimeout())
                .addAll(
                        sockets,
                        PhoenixSocket.class,
                        PhoenixConnection::new,
                        name -> factory.properties(name).autoConnect())
                .build();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
    static class Health {

        @Bean
        @ConditionalOnEnabledHealthIndicator("phoenix")
        @ConditionalOnMissingBean(name = {"phoenixHealthIndicator", "phoenixHealthContributor"})
        ReactiveHealthContributor phoenixHealthContributor(@Qualifier("phoenixLifecycle") RuntimeLifecycle lifecycle) {
            return RuntimeHealth.of(lifecycle);
        }
    }
}
