package io.agentruntime.phoenix.spring;

import io.agentruntime.error.Checks;
import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.phoenix.PhoenixSocketBuilder;
import io.agentruntime.spring.RuntimeFactory;
import io.agentruntime.spring.RuntimeResources;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.core.env.Environment;

/** Builds sockets from properties. */
final class PhoenixSocketFactory extends RuntimeFactory<PhoenixSocket, PhoenixProperties, PhoenixConnectionDetails> {

    static final String PREFIX = "phoenix";

    private final RuntimeResources resources;

    PhoenixSocketFactory(Environment environment, ListableBeanFactory beans, RuntimeResources resources) {
        super(environment, beans, PREFIX, PhoenixProperties.class, PhoenixConnectionDetails.class);
        this.resources = resources;
    }

    @Override
    public PhoenixConnectionDetails details(PhoenixProperties properties) {
        return new PropertiesConnectionDetails(properties);
    }

    @Override
    protected PhoenixSocket build(String name, PhoenixProperties properties, PhoenixConnectionDetails server) {
        PhoenixSocketBuilder builder = PhoenixSocket.builder();
        PropertyMapper map = PropertyMapper.get();
        builder.url(server.getUrl());
        map.from(server.getAuthToken()).to((String token) -> builder.authToken(token));
        map.from(resources.jsonMapper()).to(builder::jsonMapper);
        builder.telemetry(resources.telemetry(name));
        apply(properties, builder);
        builder.net(net -> resources.net(net, properties.net(), properties.ssl(), server.getSslBundle()));
        customizers(PhoenixSocketCustomizer.class).forEach(customizer -> customizer.customize(name, builder));
        return builder.build();
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

    private record PropertiesConnectionDetails(PhoenixProperties properties) implements PhoenixConnectionDetails {

        @Override
        public String getUrl() {
            return Checks.required("url", properties.url());
        }

        @Override
        public @Nullable String getAuthToken() {
            return properties.authToken();
        }
    }
}
