package io.agentruntime.spring.nookplot;

import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.nookplot.NookplotRuntimeBuilder;
import io.agentruntime.nookplot.RefillPolicy;
import io.agentruntime.spring.InvalidPropertyException;
import io.agentruntime.spring.NamedRuntimes;
import io.agentruntime.spring.RuntimeResources;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.core.env.Environment;

/** Builds runtimes from properties. */
final class NookplotRuntimeFactory {

    static final String PREFIX = "nookplot";

    private final Environment environment;
    private final RuntimeResources resources;
    private final List<NookplotRuntimeCustomizer> customizers;

    NookplotRuntimeFactory(
            Environment environment, RuntimeResources resources, List<NookplotRuntimeCustomizer> customizers) {
        this.environment = environment;
        this.resources = resources;
        this.customizers = customizers;
    }

    /** The only runtime, at the gateway that the details name. */
    NookplotRuntime create(NookplotProperties properties, NookplotConnectionDetails gateway) {
        return build(
                PREFIX, "default", properties, gateway.getGatewayUrl(), gateway.getApiKey(), gateway.getSslBundle());
    }

    /** The runtime of this name. */
    NookplotRuntime create(String name) {
        NookplotProperties properties = properties(name);
        return build(
                PREFIX + ".runtimes." + name, name, properties, properties.gatewayUrl(), properties.apiKey(), null);
    }

    /** The properties of the runtime of this name, those of all among them. */
    NookplotProperties properties(String name) {
        return NamedRuntimes.bind(environment, PREFIX, name, NookplotProperties.class);
    }

    private NookplotRuntime build(
            String prefix,
            String name,
            NookplotProperties properties,
            @Nullable String gatewayUrl,
            @Nullable String apiKey,
            @Nullable SslBundle bundle) {
        return InvalidPropertyException.naming(prefix, () -> {
            NookplotRuntimeBuilder builder = NookplotRuntime.builder();
            PropertyMapper map = PropertyMapper.get();
            map.from(gatewayUrl).to(builder::gatewayUrl);
            map.from(apiKey).to(builder::apiKey);
            map.from(resources.jsonMapper()).to(builder::jsonMapper);
            builder.telemetry(resources.telemetry(name));
            apply(properties, builder);
            builder.net(net -> resources.net(net, properties.net(), properties.ssl(), bundle));
            customizers.forEach(customizer -> customizer.customize(name, builder));
            return builder.build();
        });
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
}
