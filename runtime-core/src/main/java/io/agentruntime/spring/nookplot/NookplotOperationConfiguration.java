package io.agentruntime.spring.nookplot;

import io.agentruntime.nookplot.NookplotRuntime;
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

/** What every runtime of the application gets, its own ones too. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBean(NookplotRuntime.class)
class NookplotOperationConfiguration {

    @Bean
    RuntimeLifecycle nookplotLifecycle(
            Map<String, NookplotRuntime> runtimes,
            NookplotRuntimeFactory factory,
            NookplotProperties properties,
            RuntimeResources resources) {
        return resources
                .lifecycle(NookplotRuntimeFactory.PREFIX, properties.phase())
                .drainTimeout(properties.drainTimeout())
                .addAll(
                        runtimes,
                        NookplotRuntime.class,
                        NookplotConnection::new,
                        name -> factory.properties(name).autoConnect())
                .build();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
    static class Health {

        @Bean
        @ConditionalOnEnabledHealthIndicator(NookplotRuntimeFactory.PREFIX)
        @ConditionalOnMissingBean(name = {"nookplotHealthIndicator", "nookplotHealthContributor"})
        ReactiveHealthContributor nookplotHealthContributor(
                @Qualifier("nookplotLifecycle") RuntimeLifecycle lifecycle) {
            return RuntimeHealth.of(lifecycle);
        }
    }
}
