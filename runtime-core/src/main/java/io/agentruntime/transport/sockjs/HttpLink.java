package io.agentruntime.transport.sockjs;

import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.StreamingExchange;
import reactor.core.publisher.Mono;

/**
 * The HTTP connections of one session.
 *
 * @param whole for answers that are read whole
 * @param streaming for answers that are read as they come
 * @param close closes the connections, also those in use
 */
record HttpLink(HttpExchange whole, StreamingExchange streaming, Mono<Void> close) {}
