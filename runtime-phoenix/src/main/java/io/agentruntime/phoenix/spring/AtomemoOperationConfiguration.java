package io.agentruntime.phoenix.spring;

import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.spring.InvalidPropertyException;
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

/** What every {@link AtomemoPlugin} of the application gets, its own ones too. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBean(AtomemoPlugin.class)
class AtomemoOperationConfiguration {

    @Bean
    RuntimeLifecycle atomemoLifecycle(
            Map<String, AtomemoPlugin> plugins, AtomemoProperties properties, RuntimeResources resources) {
        ReconnectPolicy policy = InvalidPropertyException.naming(
                "atomemo",
                () -> properties
                        .reconnect()
                        .applyTo(ReconnectPolicy.fullJitter(), properties.autoConnect())
                        .build());
        return resources
                .lifecycle("atomemo", properties.phase())
                .addAll(
                        plugins,
                        AtomemoPlugin.class,
                        plugin -> new AtomemoConnection(plugin, policy),
                        name -> properties.autoConnect())
                .build();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
    static class Health {

        @Bean
        @ConditionalOnEnabledHealthIndicator("atomemo")
        @ConditionalOnMissingBean(name = {"atomemoHealthIndicator", "atomemoHealthContributor"})
        ReactiveHealthContributor atomemoHealthContributor(@Qualifier("atomemoLifecycle") RuntimeLifecycle lifecycle) {
            return RuntimeHealth.of(lifecycle);
        }
    }
}
