package io.agentruntime.spring;

import io.agentruntime.json.JsonCodec;
import io.agentruntime.net.NetOptions;
import io.agentruntime.telemetry.Telemetry;
import io.netty.handler.ssl.SslContextBuilder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.context.ApplicationEventPublisher;
import tools.jackson.databind.json.JsonMapper;

/** What the runtimes of an application share with it: event loops, TLS, Jackson, meters, events, the time that a stop may take. */
public final class RuntimeResources {

    private final List<NetOptionsCustomizer> net;
    private final @Nullable SslBundles bundles;
    private final @Nullable JsonMapper mapper;
    private final @Nullable LifecycleProperties limits;
    private final RuntimeTelemetrySource telemetry;
    private final ApplicationEventPublisher events;

    RuntimeResources(
            List<NetOptionsCustomizer> net,
            @Nullable SslBundles bundles,
            @Nullable JsonMapper mapper,
            @Nullable LifecycleProperties limits,
            RuntimeTelemetrySource telemetry,
            ApplicationEventPublisher events) {
        this.net = net;
        this.bundles = bundles;
        this.mapper = mapper == null ? null : JsonCodec.adapt(mapper);
        this.limits = limits;
        this.telemetry = telemetry;
        this.events = events;
    }

    /**
     * The way to a server: what the properties say, the bundle, and what the application's {@link NetOptionsCustomizer}s want.
     *
     * @param bundle the TLS of this connection in particular; {@code null} for the one that {@code ssl} names, if any
     */
    public NetOptions.Builder net(
            NetOptions.Builder builder, NetProperties properties, SslProperties ssl, @Nullable SslBundle bundle) {
        properties.applyTo(builder);
        SslBundle tls = bundle != null ? bundle : named(ssl.bundle());
        if (tls != null) {
            builder.tls(context -> apply(tls, context));
        }
        return net(builder);
    }

    /** The way to a server for what the application builds by hand: what its {@link NetOptionsCustomizer}s want. */
    public NetOptions.Builder net(NetOptions.Builder builder) {
        net.forEach(customizer -> customizer.customize(builder));
        return builder;
    }

    private @Nullable SslBundle named(@Nullable String name) {
        if (name == null || name.isBlank()) {
            return null;
        }
        if (bundles == null) {
            throw new IllegalStateException("There are no SSL bundles to find '" + name + "' in");
        }
        return bundles.getBundle(name);
    }

    private static void apply(SslBundle bundle, SslContextBuilder context) {
        context.trustManager(bundle.getManagers().getTrustManagerFactory())
                .keyManager(bundle.getManagers().getKeyManagerFactory());
        SslOptions options = bundle.getOptions();
        if (options.getEnabledProtocols() != null) {
            context.protocols(options.getEnabledProtocols());
        }
        if (options.getCiphers() != null) {
            context.ciphers(Arrays.asList(options.getCiphers()));
        }
    }

    /** The application's mapper with the rules that the protocols need, if it has one. */
    public @Nullable JsonMapper jsonMapper() {
        return mapper;
    }

    /**
     * Who watches a runtime.
     *
     * @param name the runtime's name; {@code default} where there is only one
     */
    public Telemetry telemetry(String name) {
        return telemetry.telemetry(name);
    }

    /**
     * Starts to configure a lifecycle that tells the application of its connections and keeps to Boot's limit for a stop.
     *
     * @param phase its phase; {@code null} for the usual one
     */
    public RuntimeLifecycle.Builder lifecycle(String protocol, @Nullable Integer phase) {
        RuntimeLifecycle.Builder builder = RuntimeLifecycle.builder(protocol, events);
        if (phase != null) {
            builder.phase(phase);
        }
        Duration limit = limits == null ? null : limits.getTimeoutPerShutdownPhase();
        return limit == null ? builder : builder.stopTimeout(limit);
    }
}
