package io.agentruntime.testkit;

import reactor.core.publisher.Mono;

/** Where clients reach the core: loopback, or memory. */
interface Face {

    /** The address for a runtime's {@code gatewayUrl}. */
    String url();

    /** Opens for clients, at the address it had before. */
    Mono<Void> start();

    /** Lets nobody in any more and breaks what is under way, sockets apart, which the core has ended. */
    Mono<Void> stop();
}
