package io.agentruntime.phoenix.spring;

import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.phoenix.PhoenixSocketBuilder;
import io.agentruntime.spring.InvalidPropertyException;
import io.agentruntime.spring.NamedRuntimes;
import io.agentruntime.spring.RuntimeResources;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.core.env.Environment;

/** Builds sockets from properties. */
final class PhoenixSocketFactory {

    static final String PREFIX = "phoenix";

    private final Environment environment;
    private final RuntimeResources resources;
    private final List<PhoenixSocketCustomizer> customizers;

    PhoenixSocketFactory(
            Environment environment, RuntimeResources resources, List<PhoenixSocketCustomizer> customizers) {
        this.environment = environment;
        this.resources = resources;
        this.customizers = customizers;
    }

    /** The only socket, to the server that the details name. */
    PhoenixSocket create(PhoenixProperties properties, PhoenixConnectionDetails server) {
        return build(PREFIX, "default", properties, server.getUrl(), server.getAuthToken(), server.getSslBundle());
    }

    /** The socket of this name. */
    PhoenixSocket create(String name) {
        PhoenixProperties properties = properties(name);
        return build(PREFIX + ".runtimes." + name, name, properties, properties.url(), properties.authToken(), null);
    }

    /** The properties of the socket of this name, those of all among them. */
    PhoenixProperties properties(String name) {
        return NamedRuntimes.bind(environment, PREFIX, name, PhoenixProperties.class);
    }

    private PhoenixSocket build(
            String prefix,
            String name,
            PhoenixProperties properties,
            @Nullable String url,
            @Nullable String authToken,
            @Nullable SslBundle bundle) {
        return InvalidPropertyException.naming(prefix, () -> {
            PhoenixSocketBuilder builder = PhoenixSocket.builder();
            PropertyMapper map = PropertyMapper.get();
            map.from(url).to(builder::url);
            map.from(authToken).to((String token) -> builder.authToken(token));
            map.from(resources.jsonMapper()).to(builder::jsonMapper);
            builder.telemetry(resources.telemetry(name));
            apply(properties, builder);
            builder.net(net -> resources.net(net, properties.net(), properties.ssl(), bundle));
            customizers.forEach(customizer -> customizer.customize(name, builder));
            return builder.build();
        });
    }

    private static void apply(PhoenixProperties properties, PhoenixSocketBuilder builder) {
        PropertyMapper map = PropertyMapper.get();
        map.from(properties.authTokenParam()).to(builder::authTokenParam);
        map.from(properties.heartbeatTimeout()).to(builder::heartbeatTimeout);
        builder.params(properties.params())
                .serializer(properties.serializer())
                .transport(properties.transport())
                .fallbackAfter(properties.fallbackAfter())
                .longPollTimeout(properties.longPollTimeout())
                .heartbeatInterval(properties.heartbeatInterval())
                .handshakeTimeout(properties.handshakeTimeout())
                .joinTimeout(properties.joinTimeout())
                .pushTimeout(properties.pushTimeout())
                .leaveTimeout(properties.leaveTimeout())
                .closeTimeout(properties.closeTimeout())
                .maxReadPause(properties.maxReadPause())
                .pushBuffer(properties.pushBuffer())
                .reconnect(policy -> properties.reconnect().applyTo(policy, properties.autoConnect()))
                .http(properties.http()::applyTo)
                .webSocket(properties.webSocket()::applyTo)
                .streams(properties.streams().toOptions());
    }
}
