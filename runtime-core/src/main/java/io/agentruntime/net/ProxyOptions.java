package io.agentruntime.net;

import io.agentruntime.error.Checks;
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
        this.kind = kind;
        this.host = Checks.text("net.proxy.host", host);
        this.port = Checks.range("net.proxy.port", port, 1, 65_535);
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
