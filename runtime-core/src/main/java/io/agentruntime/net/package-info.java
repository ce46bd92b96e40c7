/**
 * What HTTP and WebSocket share on their way to a server: TLS, proxy, event loops, connect limit, and a hook on Reactor
 * Netty's client for everything else.
 */
@NullMarked
package io.agentruntime.net;

import org.jspecify.annotations.NullMarked;
