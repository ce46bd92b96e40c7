package io.agentruntime.testkit.server;

import reactor.core.publisher.Mono;

/** Where clients reach the server: loopback, or memory. */
interface Face {

    /** The address, {@code http://host:port}. */
    String url();

    /** Opens for clients, at the address it had before. */
    Mono<Void> start();

    /** Lets nobody in any more and breaks what is under way, sockets apart, which have been told to end. */
    Mono<Void> stop();
}
