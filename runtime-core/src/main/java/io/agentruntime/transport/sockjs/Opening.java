package io.agentruntime.transport.sockjs;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Tries one transport after the other, each with a session of its own, until one opens. */
final class Opening {

    private static final Logger log = LoggerFactory.getLogger(SockJsConnector.class);

    private final SockJsConnector.Means means;
    private final Requests requests;
    private final PipeRequest request;
    private final PipeListener listener;
    private final Duration limit;
    private final List<SockJsTransport> transports;

    Opening(SockJsConnector.Means means, Requests requests, PipeRequest request, PipeListener listener, Info info) {
        this.means = means;
        this.requests = requests;
        this.request = request;
        this.listener = listener;
        this.limit = info.openLimit(means.options());
        List<SockJsTransport> wanted = means.options().transports();
        List<SockJsTransport> offered = wanted.stream()
                .filter(transport -> info.webSocket() || !transport.isWebSocket())
                .toList();
        // Where nothing is left, the server itself says no.
        this.transports = offered.isEmpty() ? wanted : offered;
    }

    /** Who is told which transport has opened, and whether it is the first of those that come into question. */
    @FunctionalInterface
    interface Outcome {
        void opened(SockJsTransport transport, boolean first);
    }

    /**
     * Cold. Fails with the error of the last transport; those of the others are suppressed in it.
     *
     * @param detour the transport to begin with, instead of the first of the order
     */
    Mono<Pipe> open(@Nullable SockJsTransport detour, Outcome outcome) {
        List<SockJsTransport> order = new ArrayList<>(transports);
        if (detour != null && order.remove(detour)) {
            order.add(0, detour);
        }
        return open(order, 0)
                .doOnNext(opened -> outcome.opened(opened.transport(), opened.transport() == transports.get(0)))
                .map(Opened::pipe);
    }

    private record Opened(SockJsTransport transport, Pipe pipe) {}

    private Mono<Opened> open(List<SockJsTransport> order, int place) {
        SockJsTransport transport = order.get(place);
        return open(transport)
                .map(pipe -> new Opened(transport, pipe))
                .doOnNext(opened -> log.debug("SockJS session at {} is open over {}", requests.address(), transport))
                .onErrorResume(error -> {
                    if (place + 1 == order.size() || isMeant(error)) {
                        return Mono.error(error);
                    }
                    SockJsTransport next = order.get(place + 1);
                    log.info(
                            "SockJS at {} did not open over {}, trying {}: {}",
                            requests.address(),
                            transport,
                            next,
                            RuntimeClientException.describe(error));
                    return open(order, place + 1).doOnError(last -> suppress(last, error));
                });
    }

    /** A server that closes a session with a code of its own would do so over any transport. */
    private static boolean isMeant(Throwable error) {
        return error instanceof ConnectionLostException closed
                && (closed.code() == CloseStatus.NORMAL || closed.code() >= 3000);
    }

    private static void suppress(Throwable last, Throwable error) {
        if (last != error) {
            last.addSuppressed(error);
        }
    }

    private Mono<Pipe> open(SockJsTransport transport) {
        return switch (transport) {
            case RAW_WEBSOCKET ->
                means.sockets(limit, means.limits().maxMessageBytes())
                        .connect(handshake(transport.path(), request.subprotocols()), listener);
            case WEBSOCKET ->
                Mono.defer(() -> FramedPipe.open(
                        means.sockets(limit, largestFrame()),
                        handshake(SessionIds.next() + transport.path(), List.of()),
                        listener,
                        largestMessage(means),
                        limit,
                        means.timers()));
            default ->
                HttpPipe.open(
                        transport,
                        requests,
                        means.links(),
                        listener,
                        means.options(),
                        means.limits(),
                        limit,
                        means.timers());
        };
    }

    private PipeRequest handshake(String path, List<String> subprotocols) {
        return new PipeRequest(
                requests.address().webSocket(path),
                requests.withCookies(requests.address().http(path)),
                subprotocols);
    }

    static JsonString.Limit largestMessage(SockJsConnector.Means means) {
        return new JsonString.Limit(means.limits().maxMessageBytes(), "webSocket.maxMessageBytes");
    }

    /** A byte of a message is at most six in its frame; several messages that small may come in one. */
    private int largestFrame() {
        return (int) Math.min(Integer.MAX_VALUE - 1024, 6L * means.limits().maxMessageBytes() + 1024);
    }
}
