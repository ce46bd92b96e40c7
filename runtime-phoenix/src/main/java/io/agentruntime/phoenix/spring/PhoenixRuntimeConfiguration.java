package io.agentruntime.phoenix.spring;

import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.spring.ConditionalOnSingleRuntime;
import io.agentruntime.spring.NamedRuntimes;
import io.agentruntime.spring.RuntimeResources;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
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
            Environment environment, RuntimeResources resources, ObjectProvider<PhoenixSocketCustomizer> customizers) {
        return new PhoenixSocketFactory(
                environment, resources, customizers.orderedStream().toList());
    }

    @Bean
    @ConditionalOnSingleRuntime(prefix = PhoenixSocketFactory.PREFIX, property = "url")
    @ConditionalOnMissingBean
    PhoenixConnectionDetails phoenixConnectionDetails(PhoenixProperties properties) {
        return new PropertiesConnectionDetails(properties);
    }

    @Bean
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

    private record PropertiesConnectionDetails(PhoenixProperties properties) implements PhoenixConnectionDetails {

        @Override
        public String getUrl() {
            return Objects.requireNonNull(properties.url());
        }

        @Override
        public @Nullable String getAuthToken() {
            return properties.authToken();
        }
    }
}
