package io.agentruntime.phoenix.spring;

import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.spring.NamedRuntimes;
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
        RuntimeLifecycle.Builder lifecycle =
                resources.lifecycle("phoenix", properties.phase()).drainTimeout(properties.drainTimeout());
        sockets.forEach((bean, socket) -> {
            String name = NamedRuntimes.nameOf(bean, PhoenixSocket.class);
            boolean autoConnect = factory.properties(name).autoConnect();
            lifecycle.add(name, new PhoenixConnection(socket), autoConnect);
        });
        return lifecycle.build();
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
