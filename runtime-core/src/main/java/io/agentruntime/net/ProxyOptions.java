package io.agentruntime.net;

import io.agentruntime.error.InvalidOptionException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.transport.ProxyProvider;

/** A proxy on the way to the server. It resolves the server's name; its own name is resolved at each attempt. */
public final class ProxyOptions {

    private final ProxyProvider.Proxy kind;
    private final String host;
    private final int port;
    private final @Nullable String user;
    private final @Nullable String password;

    private ProxyOptions(
            ProxyProvider.Proxy kind, String host, int port, @Nullable String user, @Nullable String password) {
        if (host.isBlank()) {
            throw new InvalidOptionException("net.proxy.host", host, "must not be blank");
        }
        if (port < 1 || port > 65_535) {
            throw new InvalidOptionException("net.proxy.port", port, "must be 1 to 65535");
        }
        this.kind = kind;
        this.host = host;
        this.port = port;
        this.user = user;
        this.password = password;
    }

    /** An HTTP proxy, asked for a tunnel with {@code CONNECT}, for {@code ws} and {@code http} too. */
    public static ProxyOptions http(String host, int port) {
        return new ProxyOptions(ProxyProvider.Proxy.HTTP, host, port, null, null);
    }

    /** A SOCKS 5 proxy. */
    public static ProxyOptions socks5(String host, int port) {
        return new ProxyOptions(ProxyProvider.Proxy.SOCKS5, host, port, null, null);
    }

    /** The same proxy, with a user and password to give it. */
    public ProxyOptions credentials(String user, String password) {
        return new ProxyOptions(kind, host, port, user, password);
    }

    HttpClient applyTo(HttpClient client) {
        return client.proxyWhen((config, spec) -> resolve().map(address -> configure(spec, address)));
    }

    private ProxyProvider.Builder configure(ProxyProvider.TypeSpec spec, InetSocketAddress address) {
        ProxyProvider.Builder builder = spec.type(kind).socketAddress(address);
        String secret = password;
        return user == null || secret == null ? builder : builder.username(user).password(name -> secret);
    }

    /** Reactor Netty would look the proxy's name up itself, once, blocking whichever thread builds the client. */
    private Mono<InetSocketAddress> resolve() {
        return Mono.fromCallable(() -> new InetSocketAddress(InetAddress.getByName(host), port))
                .subscribeOn(Schedulers.boundedElastic());
    }

    @Override
    public String toString() {
        return kind + "://" + (user == null ? "" : "***@") + host + ":" + port;
    }
}
