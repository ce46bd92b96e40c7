package io.agentruntime.testkit.server;

import io.agentruntime.http.HttpReply;
import java.util.Map;
import reactor.core.publisher.Mono;

/**
 * A protocol without any wire: what a server knows and how it answers. An {@link EmbeddedServer} brings it requests,
 * handshakes and sockets, from either face and through the fault switches.
 *
 * <p>Every method is called inside a change of the server's {@link Confined}: one at a time, quick, without I/O. What
 * takes time goes into the {@code Mono} returned, which is subscribed outside; there the protocol enters its books again
 * by {@link Confined#get} and {@link Confined#run}.
 */
public interface ServerProtocol {

    /** A request or handshake came in; no fault switch has looked at it, and nothing has been decided. */
    default void arrived(ServerRequest request) {}

    /** Decides on a WebSocket handshake. What never completes gets no answer; what is empty is dropped. */
    Mono<Handshake> handshake(ServerRequest request);

    /** Answers a request. What never completes gets no answer, what is empty is hung up on, an error is a 500. */
    Mono<HttpOutcome> http(ServerRequest request);

    /** The server went down: forgets what a process loses when it ends. The sockets have been told to end. */
    default void stopped() {}

    /** How this protocol's server refuses a handshake with a status, when a fault switch wants it to. */
    default Handshake refusal(int status) {
        return Handshake.Refuse.of(status);
    }

    /** How this protocol's server answers with an error status, when a fault switch wants it to. */
    default HttpReply failure(int status) {
        return new HttpReply(status, Map.of(), new byte[0]);
    }
}
