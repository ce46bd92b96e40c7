package io.agentruntime.net;

import io.agentruntime.error.InvalidOptionException;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * How HTTP and WebSocket connections reach their server: connect limit, TLS, proxy, event loops, and a hook on Reactor
 * Netty's client. Immutable; one instance may serve many runtimes.
 */
public final class NetOptions {

    private final Duration connectTimeout;
    private final @Nullable SslContext sslContext;
    private final @Nullable ProxyOptions proxy;
    private final LoopResources loops;
    private final AddressResolverGroup<?> resolver;
    private final UnaryOperator<HttpClient> customizer;

    private NetOptions(Builder builder) {
        this.connectTimeout = builder.connectTimeout;
        this.sslContext = builder.trust == null && builder.tls == null ? null : sslContext(builder);
        this.proxy = builder.proxy;
        this.loops = builder.loops == null ? SharedResources.LOOPS : builder.loops;
        this.resolver = builder.loops == null ? SharedResources.RESOLVER : resolverOn(builder.loops);
        this.customizer = builder.customizer;
    }

    /** Every option at its default. */
    public static NetOptions defaults() {
        return builder().build();
    }

    /** A builder with every option at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** The limit of one TCP connect. */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    /**
     * Reactor Netty's client with all of these options applied, the customizer last. It speaks HTTP/1.1 only (gateways
     * destroy other upgrades than theirs), never sends a request twice by itself, asks the name resolver at each
     * attempt, verifies the host name of a TLS server, and follows no redirect.
     *
     * @param connections where connections come from: a pool of the caller's, or {@code ConnectionProvider.newConnection()}
     */
    public HttpClient httpClient(ConnectionProvider connections) {
        HttpClient client = HttpClient.create(connections)
                .runOn(loops)
                .protocol(HttpProtocol.HTTP11)
                .disableRetry(true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(connectTimeout.toMillis()));
        SslContext tls = sslContext;
        if (tls != null) {
            client = client.secure(spec -> spec.sslContext(tls));
        }
        // Behind a proxy names are the proxy's to resolve.
        client = proxy == null
                ? client.resolver(resolver)
                : proxy.applyTo(client.resolver(NoopAddressResolverGroup.INSTANCE));
        // Last: a redirect to another host would carry the credentials there.
        return customizer.apply(client).followRedirect(false);
    }

    @Override
    public String toString() {
        return "NetOptions[connectTimeout=" + connectTimeout + ", trust=" + (sslContext == null ? "default" : "custom")
                + ", proxy=" + proxy + "]";
    }

    private static SslContext sslContext(Builder builder) {
        try {
            return Http11SslContextSpec.forClient()
                    .configure(context -> {
                        if (builder.trust != null) {
                            context.trustManager(builder.trust);
                        }
                        if (builder.tls != null) {
                            builder.tls.accept(context);
                        }
                    })
                    .sslContext();
        } catch (SSLException | IllegalArgumentException e) {
            String option = builder.tls == null ? "net.trust" : "net.tls";
            throw new InvalidOptionException(option, e.getClass().getSimpleName(), "must be usable for TLS");
        }
    }

    /**
     * Without a cache: a name is looked up at each attempt, so that a server that moved is found. On the event loop of whoever
     * asks and with a socket for each question, so that it outlives loops that are replaced.
     */
    private static AddressResolverGroup<?> resolverOn(LoopResources loops) {
        return Objects.requireNonNull(HttpClient.newConnection()
                .runOn(loops)
                .resolver(spec -> spec.datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                        .dnsAddressResolverGroupProvider(dns -> new LookupsOfLoops(dns.eventLoop(null)
                                .resolveCache(NoopDnsCache.INSTANCE)
                                .cnameCache(NoopDnsCnameCache.INSTANCE)
                                .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE))))
                .configuration()
                .resolver());
    }

    /** What all runtimes share unless they are given their own. Daemon threads, started by need, never disposed. */
    private static final class SharedResources {
        static final LoopResources LOOPS =
                LoopResources.create("agent-runtime", LoopResources.DEFAULT_IO_WORKER_COUNT, true);
        static final AddressResolverGroup<?> RESOLVER = resolverOn(LOOPS);
    }

    /** Collects the options of a {@link NetOptions}. */
    public static final class Builder {

        private Duration connectTimeout = Duration.ofSeconds(10);
        private @Nullable TrustManagerFactory trust;
        private @Nullable Consumer<? super SslContextBuilder> tls;
        private @Nullable ProxyOptions proxy;
        private @Nullable LoopResources loops;
        private UnaryOperator<HttpClient> customizer = UnaryOperator.identity();

        private Builder() {}

        /** The limit of one TCP connect; 1 ms to 10 minutes, 10 s by default. */
        public Builder connectTimeout(Duration connectTimeout) {
            if (connectTimeout.compareTo(Duration.ofMillis(1)) < 0
                    || connectTimeout.compareTo(Duration.ofMinutes(10)) > 0) {
                throw new InvalidOptionException("net.connectTimeout", connectTimeout, "must be 1 ms to 10 minutes");
            }
            this.connectTimeout = connectTimeout;
            return this;
        }

        /** Whom to trust over TLS, instead of the JDK's certificate authorities. Host names are verified all the same. */
        public Builder trust(TrustManagerFactory trust) {
            this.trust = trust;
            return this;
        }

        /** Trusts the certificates of a PEM file, instead of the JDK's certificate authorities. Reads the file now. */
        public Builder trustedCertificates(Path pem) {
            try (InputStream in = Files.newInputStream(pem)) {
                return trustedCertificates(in);
            } catch (IOException e) {
                throw new InvalidOptionException("net.trustedCertificates", pem, "must be a readable PEM file");
            }
        }

        /** Trusts the certificates of a PEM stream, instead of the JDK's certificate authorities. Reads to its end now. */
        public Builder trustedCertificates(InputStream pem) {
            try {
                KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
                store.load(null, null);
                for (Certificate certificate :
                        CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                    store.setCertificateEntry("trusted-" + store.size(), certificate);
                }
                if (store.size() == 0) {
                    throw new InvalidOptionException(
                            "net.trustedCertificates", "no certificate", "must hold at least one certificate");
                }
                TrustManagerFactory factory =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init(store);
                return trust(factory);
            } catch (GeneralSecurityException | IOException e) {
                throw new InvalidOptionException(
                        "net.trustedCertificates", e.getClass().getSimpleName(), "must be certificates in PEM");
            }
        }

        /** What else is to be said about TLS: a client certificate, protocols, ciphers. Called at the end, when built. */
        public Builder tls(Consumer<? super SslContextBuilder> spec) {
            this.tls = spec;
            return this;
        }

        /** The proxy to go through; none by default. */
        public Builder proxy(ProxyOptions proxy) {
            this.proxy = proxy;
            return this;
        }

        /** Event loops of one's own, disposed by whoever made them. By default all runtimes share daemon ones. */
        public Builder loopResources(LoopResources loops) {
            this.loops = loops;
            return this;
        }

        /**
         * The last word on Reactor Netty's client, for what has no option of its own: metrics, a resolver. Credentials are put on the wire below it, so it does not see them; wiretap would print them.
         */
        public Builder customizer(UnaryOperator<HttpClient> customizer) {
            this.customizer = customizer;
            return this;
        }

        /** The options, ready to use. */
        public NetOptions build() {
            return new NetOptions(this);
        }
    }
}
