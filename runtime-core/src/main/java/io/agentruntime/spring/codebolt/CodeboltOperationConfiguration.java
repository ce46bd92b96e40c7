package io.agentruntime.spring.codebolt;

import io.agentruntime.codebolt.CodeboltPlugin;
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

/** What every {@link CodeboltPlugin} of the application gets, its own ones too. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBean(CodeboltPlugin.class)
class CodeboltOperationConfiguration {

    @Bean
    RuntimeLifecycle codeboltLifecycle(
            Map<String, CodeboltPlugin> plugins, CodeboltProperties properties, RuntimeResources resources) {
        return resources
                .lifecycle("codebolt", properties.phase())
                .drainTimeout(properties.drainTimeout())
                .addAll(plugins, CodeboltPlugin.class, CodeboltConnection::new, name -> properties.autoConnect())
                .build();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
    static class Health {

        @Bean
        @ConditionalOnEnabledHealthIndicator("codebolt")
        @ConditionalOnMissingBean(name = {"codeboltHealthIndicator", "codeboltHealthContributor"})
        ReactiveHealthContributor codeboltHealthContributor(
                @Qualifier("codeboltLifecycle") RuntimeLifecycle lifecycle) {
            return RuntimeHealth.of(lifecycle);
        }
    }
}
