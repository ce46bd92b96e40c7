package io.agentruntime.testkit;

import io.agentruntime.net.NetOptions;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketConnector;
import io.agentruntime.transport.WebSocketOptions;
import io.netty.handler.codec.http.HttpMethod;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;

/** Reactor Netty's client against a port. */
final class LoopbackClient implements RawClient {

    private final HttpClient http;
    private final PipeConnector connector = WebSocketConnector.of(NetOptions.defaults(), WebSocketOptions.defaults());
    private final String url;

    LoopbackClient(String url) {
        this.url = url;
        this.http = HttpClient.newConnection().baseUrl(url).disableRetry(true);
    }

    @Override
    public Mono<Reply> exchange(String method, String path, @Nullable String key, @Nullable String body) {
        return http.headers(headers -> {
                    if (key != null) {
                        headers.set("Authorization", "Bearer " + key);
                    }
                    headers.set("Content-Type", "application/json");
                })
                .request(HttpMethod.valueOf(method))
                .uri(path)
                .send(body == null ? ByteBufFlux.fromString(Mono.empty()) : ByteBufFlux.fromString(Mono.just(body)))
                .responseSingle((response, bytes) -> bytes.asString()
                        .defaultIfEmpty("")
                        .map(text -> {
                            Map<String, String> headers = new HashMap<>();
                            response.responseHeaders()
                                    .forEach(header ->
                                            headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
                            return new Reply(response.status().code(), headers, text);
                        }));
    }

    @Override
    public Mono<Socket> open(String pathAndQuery) {
        return PipeSocket.open(connector, url, pathAndQuery);
    }
}
