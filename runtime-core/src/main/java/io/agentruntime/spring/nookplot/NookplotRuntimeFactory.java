package io.agentruntime.spring.nookplot;

import io.agentruntime.error.Checks;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.nookplot.NookplotRuntimeBuilder;
import io.agentruntime.nookplot.RefillPolicy;
import io.agentruntime.spring.RuntimeFactory;
import io.agentruntime.spring.RuntimeResources;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.core.env.Environment;

/** Builds runtimes from properties. */
final class NookplotRuntimeFactory
        extends RuntimeFactory<NookplotRuntime, NookplotProperties, NookplotConnectionDetails> {

    static final String PREFIX = "nookplot";

    private final RuntimeResources resources;

    NookplotRuntimeFactory(Environment environment, ListableBeanFactory beans, RuntimeResources resources) {
        super(environment, beans, PREFIX, NookplotProperties.class, NookplotConnectionDetails.class);
        this.resources = resources;
    }

    @Override
    public NookplotConnectionDetails details(NookplotProperties properties) {
        return new PropertiesConnectionDetails(properties);
    }

    @Override
    protected NookplotRuntime build(String name, NookplotProperties properties, NookplotConnectionDetails server) {
        NookplotRuntimeBuilder builder = NookplotRuntime.builder();
        PropertyMapper map = PropertyMapper.get();
        builder.gatewayUrl(server.getGatewayUrl());
        map.from(server.getApiKey()).to(builder::apiKey);
        map.from(resources.jsonMapper()).to(builder::jsonMapper);
        builder.telemetry(resources.telemetry(name));
        apply(properties, builder);
        builder.net(net -> resources.net(net, properties.net(), properties.ssl(), server.getSslBundle()));
        customizers(NookplotRuntimeCustomizer.class).forEach(customizer -> customizer.customize(name, builder));
        return builder.build();
    }

    private static void apply(NookplotProperties properties, NookplotRuntimeBuilder builder) {
        PropertyMapper map = PropertyMapper.get();
        map.from(properties.privateKey()).to(builder::privateKey);
        map.from(properties.livenessTimeout()).to(builder::livenessTimeout);
        builder.metadata(properties.metadata())
                .heartbeatInterval(properties.heartbeatInterval())
                .handshakeTimeout(properties.handshakeTimeout())
                .subscribeTimeout(properties.subscribeTimeout())
                .closeTimeout(properties.closeTimeout())
                .maxReadPause(properties.maxReadPause())
                .sessionCheckInterval(properties.sessionCheckInterval())
                .backgroundPause(properties.backgroundPause())
                .sendPatience(properties.sendPatience())
                .autoSubscribe(properties.autoSubscribe())
                .refill(refill -> new RefillPolicy(
                        properties.refill().maxAge(),
                        properties.refill().maxMessages(),
                        properties.refill().overlap()))
                .reconnect(policy -> properties.reconnect().applyTo(policy, properties.autoConnect()))
                .http(properties.http()::applyTo)
                .webSocket(properties.webSocket()::applyTo)
                .streams(properties.streams().toOptions());
    }

    private record PropertiesConnectionDetails(NookplotProperties properties) implements NookplotConnectionDetails {

        @Override
        public String getGatewayUrl() {
            return Checks.required("gatewayUrl", properties.gatewayUrl());
        }

        @Override
        public @Nullable String getApiKey() {
            return properties.apiKey();
        }
    }
}
