package io.agentruntime.spring;

import io.agentruntime.error.Checks;
import io.agentruntime.net.NetOptions;
import io.agentruntime.net.ProxyOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The way to the server.
 *
 * @param connectTimeout limit of one TCP connect
 * @param proxy proxy on the way
 */
@ConfigurationPropertiesSource
public record NetProperties(
        @DefaultValue("10s") Duration connectTimeout,
        @Nullable Proxy proxy) {

    /**
     * A proxy on the way to the server.
     *
     * @param type kind of proxy
     * @param host name or address of the proxy
     * @param port port of the proxy
     * @param username user to give the proxy
     * @param password password to give the proxy
     */
    public record Proxy(
            @DefaultValue("http") Type type,
            @Nullable String host,
            @DefaultValue("0") int port,
            @Nullable String username,
            @Nullable String password) {

        /** Kinds of proxies. */
        public enum Type {
            /** Asked for a tunnel with CONNECT. */
            HTTP,
            /** SOCKS 5. */
            SOCKS5
        }

        private ProxyOptions toOptions() {
            String at = Checks.required("net.proxy.host", host);
            ProxyOptions options = type == Type.HTTP ? ProxyOptions.http(at, port) : ProxyOptions.socks5(at, port);
            return username == null || password == null ? options : options.credentials(username, password);
        }

        @Override
        public String toString() {
            return "Proxy[" + type + " " + host + ":" + port + "]";
        }
    }

    /** Puts the values into a builder. */
    public NetOptions.Builder applyTo(NetOptions.Builder builder) {
        builder.connectTimeout(connectTimeout);
        return proxy == null ? builder : builder.proxy(proxy.toOptions());
    }
}
