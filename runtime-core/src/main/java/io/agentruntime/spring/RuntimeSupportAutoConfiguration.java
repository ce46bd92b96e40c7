package io.agentruntime.spring;

import io.agentruntime.micrometer.HttpRequestContext;
import io.agentruntime.micrometer.PushContext;
import io.agentruntime.telemetry.Telemetry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.client.ReactorResourceFactory;
import tools.jackson.databind.json.JsonMapper;

/** What the auto-configurations of the protocols have in common. */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration",
            "org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration",
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
            "org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration"
        })
public final class RuntimeSupportAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    RuntimeResources runtimeResources(
            ObjectProvider<NetOptionsCustomizer> net,
            ObjectProvider<SslBundles> bundles,
            ObjectProvider<JsonMapper> mapper,
            ObjectProvider<LifecycleProperties> limits,
            ObjectProvider<RuntimeTelemetrySource> telemetry,
            ApplicationEventPublisher events) {
        return new RuntimeResources(
                net.orderedStream().toList(),
                bundles.getIfAvailable(),
                mapper.getIfUnique(),
                limits.getIfAvailable(),
                telemetry.getIfAvailable(() -> name -> Telemetry.none()),
                events);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ReactorResourceFactory.class)
    @ConditionalOnBean(ReactorResourceFactory.class)
    static class SharedEventLoops {

        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        BootEventLoops reactorNettyNetOptionsCustomizer(ReactorResourceFactory reactorNetty) {
            return new BootEventLoops(reactorNetty);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean(MeterRegistry.class)
    static class Meters {

        @Bean
        @ConditionalOnMissingBean(RuntimeTelemetrySource.class)
        MicrometerTelemetrySource runtimeTelemetrySource(
                MeterRegistry meters,
                ObjectProvider<ObservationRegistry> observations,
                ObjectProvider<ObservationConvention<HttpRequestContext>> httpConvention,
                ObjectProvider<ObservationConvention<PushContext>> pushConvention) {
            return new MicrometerTelemetrySource(meters, observations, httpConvention, pushConvention);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
    static class Actuator {

        @Bean
        @ConditionalOnAvailableEndpoint
        @ConditionalOnMissingBean
        RuntimesEndpoint runtimesEndpoint(ObjectProvider<RuntimeLifecycle> lifecycles) {
            return new RuntimesEndpoint(lifecycles.stream().toList());
        }
    }
}
