package io.agentruntime.transport.sockjs;

import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpReply;
import io.agentruntime.http.StreamHead;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Makes the requests to one SockJS service: each with the user's headers, and with the cookies of those before it. */
final class Requests {

    /** For "no limit"; timers count in nanoseconds. */
    static final Duration FOREVER = Duration.ofDays(3650);

    /** Answers other than those of the receiving requests are short. */
    private static final int MAX_ANSWER = 64 * 1024;

    private final SockJsAddress address;
    private final Map<String, String> headers;
    private final CookieJar cookies;

    Requests(SockJsAddress address, Map<String, String> headers, CookieJar cookies) {
        this.address = address;
        this.headers = headers;
        this.cookies = cookies;
    }

    SockJsAddress address() {
        return address;
    }

    Requests at(SockJsAddress other) {
        return new Requests(other, headers, cookies);
    }

    Mono<HttpReply> info(HttpLink link, Duration limit) {
        return exchange(link, call("GET", "/info", Map.of(), null, limit));
    }

    /** Sends messages, encoded already. Fails when the answer is lost; any status is an answer. */
    Mono<HttpReply> send(HttpLink link, String session, byte[] messages, Duration limit) {
        Map<String, String> type = Map.of("content-type", "text/plain;charset=UTF-8");
        return exchange(link, call("POST", session + "/xhr_send", type, messages, limit));
    }

    private Mono<HttpReply> exchange(HttpLink link, HttpCall call) {
        return link.whole().exchange(call).doOnNext(reply -> keep(call.uri(), reply.header("set-cookie")));
    }

    /** Opens one receiving answer: its bytes, as they come and as they are requested, or {@code refused}'s. */
    Flux<byte[]> receive(
            HttpLink link,
            String session,
            SockJsTransport transport,
            Duration maxSilence,
            Function<StreamHead, ? extends Publisher<byte[]>> refused) {
        boolean events = transport == SockJsTransport.EVENTSOURCE;
        HttpCall call = call(
                events ? "GET" : "POST",
                session + transport.path(),
                events ? Map.of("accept", "text/event-stream", "cache-control", "no-cache") : Map.of(),
                null,
                maxSilence);
        return link.streaming().stream(call, maxSilence, (head, body) -> {
            keep(call.uri(), head.header("set-cookie"));
            return head.status() == 200 ? body : refused.apply(head);
        });
    }

    private HttpCall call(
            String method, String suffix, Map<String, String> more, byte @Nullable [] body, Duration limit) {
        URI uri = address.http(suffix);
        Map<String, String> all = withCookies(uri);
        all.putAll(more);
        return new HttpCall(method, uri, all, body, limit, MAX_ANSWER);
    }

    /** The headers of a request to an address of this service. */
    Map<String, String> withCookies(URI uri) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(headers);
        cookies.header(uri).ifPresent(cookie -> all.putIfAbsent("cookie", cookie));
        return all;
    }

    /** Several of these headers come as lines of one. */
    private void keep(URI from, Optional<String> setCookies) {
        setCookies.ifPresent(lines -> cookies.keep(from, lines(lines)));
    }

    private static List<String> lines(String text) {
        return Arrays.asList(text.split("\n", -1));
    }
}
