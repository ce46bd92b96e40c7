/**
 * The connection engine: states, reconnect policy, liveness and the loop that supervises a session.
 *
 * <p>It knows no protocol, no JSON and no socket. A protocol gives a {@link io.agentruntime.connection.SessionOpener}
 * that opens one session; {@link io.agentruntime.connection.ConnectionEngine} decides when it is asked, what a failure
 * means and how long to wait. Everything that lives during one session belongs to the
 * {@link io.agentruntime.connection.Session} and ends with it.
 */
@NullMarked
package io.agentruntime.connection;

import org.jspecify.annotations.NullMarked;
