package io.agentruntime.phoenix.spring;

import io.agentruntime.phoenix.PhoenixSocket;
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

/** The sockets that properties describe. */
@Configuration(proxyBeanMethods = false)
@Import(PhoenixRuntimeConfiguration.Named.class)
class PhoenixRuntimeConfiguration {

    @Bean
    PhoenixSocketFactory phoenixSocketFactory(
            Environment environment, ListableBeanFactory beans, RuntimeResources resources) {
        return new PhoenixSocketFactory(environment, beans, resources);
    }

    @Bean
    @ConditionalOnSingleRuntime(prefix = PhoenixSocketFactory.PREFIX, property = "url")
    @ConditionalOnMissingBean
    PhoenixConnectionDetails phoenixConnectionDetails(PhoenixSocketFactory factory, PhoenixProperties properties) {
        return factory.details(properties);
    }

    @Bean
    @ConditionalOnSingleRuntime(prefix = PhoenixSocketFactory.PREFIX)
    @ConditionalOnBean(PhoenixConnectionDetails.class)
    @ConditionalOnMissingBean
    PhoenixSocket phoenixSocket(
            PhoenixSocketFactory factory, PhoenixProperties properties, PhoenixConnectionDetails server) {
        return factory.create(properties, server);
    }

    static final class Named extends NamedRuntimes {

        Named(Environment environment) {
            super(environment, PhoenixSocketFactory.PREFIX, PhoenixSocket.class, "phoenixSocketFactory");
        }
    }
}
