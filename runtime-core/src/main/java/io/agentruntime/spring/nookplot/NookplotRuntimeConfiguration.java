package io.agentruntime.spring.nookplot;

import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.spring.ConditionalOnSingleRuntime;
import io.agentruntime.spring.NamedRuntimes;
import io.agentruntime.spring.RuntimeResources;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/** The runtimes that properties describe. */
@Configuration(proxyBeanMethods = false)
@Import(NookplotRuntimeConfiguration.Named.class)
class NookplotRuntimeConfiguration {

    @Bean
    NookplotRuntimeFactory nookplotRuntimeFactory(
            Environment environment, ListableBeanFactory beans, RuntimeResources resources) {
        return new NookplotRuntimeFactory(environment, beans, resources);
    }

    @Bean
    @ConditionalOnSingleRuntime(prefix = NookplotRuntimeFactory.PREFIX, property = "gateway-url")
    @ConditionalOnMissingBean
    NookplotConnectionDetails nookplotConnectionDetails(NookplotRuntimeFactory factory, NookplotProperties properties) {
        return factory.details(properties);
    }

    @Bean
    @ConditionalOnSingleRuntime(prefix = NookplotRuntimeFactory.PREFIX)
    @ConditionalOnBean(NookplotConnectionDetails.class)
    @ConditionalOnMissingBean
    NookplotRuntime nookplotRuntime(
            NookplotRuntimeFactory factory, NookplotProperties properties, NookplotConnectionDetails gateway) {
        return factory.create(properties, gateway);
    }

    static final class Named extends NamedRuntimes {

        Named(Environment environment) {
            super(environment, NookplotRuntimeFactory.PREFIX, NookplotRuntime.class, "nookplotRuntimeFactory");
        }
    }
}
