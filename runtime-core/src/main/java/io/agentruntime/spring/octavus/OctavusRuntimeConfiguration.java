package io.agentruntime.spring.octavus;

import io.agentruntime.octavus.OctavusSocketBuilder;
import io.agentruntime.octavus.OctavusSocketTransport;
import io.agentruntime.octavus.OctavusTransport;
import io.agentruntime.spring.ConditionalOnSingleRuntime;
import io.agentruntime.spring.InvalidPropertyException;
import io.agentruntime.spring.RuntimeResources;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The transport that properties describe. */
@Configuration(proxyBeanMethods = false)
class OctavusRuntimeConfiguration {

    @Bean
    @ConditionalOnSingleRuntime(prefix = "octavus", property = "url")
    @ConditionalOnMissingBean
    OctavusConnectionDetails octavusConnectionDetails(OctavusProperties properties) {
        return () -> Objects.requireNonNull(properties.url());
    }

    @Bean
    @ConditionalOnBean(OctavusConnectionDetails.class)
    @ConditionalOnMissingBean(OctavusTransport.class)
    OctavusSocketTransport octavusSocketTransport(
            OctavusProperties properties,
            OctavusConnectionDetails server,
            RuntimeResources resources,
            ObjectProvider<OctavusSocketCustomizer> customizers) {
        return InvalidPropertyException.naming("octavus", () -> {
            OctavusSocketBuilder builder = OctavusTransport.socket(server.getUrl());
            PropertyMapper.get().from(resources.jsonMapper()).to(builder::jsonMapper);
            builder.telemetry(resources.telemetry("default"));
            apply(properties, builder);
            builder.net(net -> resources.net(net, properties.net(), properties.ssl(), server.getSslBundle()));
            customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
            return builder.build();
        });
    }

    private static void apply(OctavusProperties properties, OctavusSocketBuilder builder) {
        PropertyMapper map = PropertyMapper.get();
        map.from(properties.sessionId()).to((String id) -> builder.sessionId(id));
        map.from(properties.livenessTimeout()).to(builder::livenessTimeout);
        builder.sessionInUrl(properties.sessionInUrl())
                .connectTimeout(properties.connectTimeout())
                .sendPatience(properties.sendPatience())
                .settleTimeout(properties.settleTimeout())
                .turnTimeout(properties.turnTimeout())
                .heartbeatInterval(properties.heartbeatInterval())
                .closeTimeout(properties.closeTimeout())
                .maxReadPause(properties.maxReadPause())
                .reconnect(policy -> properties.reconnect().applyTo(policy, properties.autoConnect()))
                .webSocket(properties.webSocket()::applyTo)
                .streams(properties.streams().toOptions());
    }
}
