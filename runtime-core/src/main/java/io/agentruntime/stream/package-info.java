/**
 * Hot streams with a bounded buffer per subscriber.
 *
 * <p>Each subscriber has its own buffer, overflow policy and delivery scheduler, so that a slow or throwing subscriber
 * never holds up another one, or the socket, unless it asks for
 * {@link io.agentruntime.stream.OverflowPolicy#BACKPRESSURE}.
 */
@NullMarked
package io.agentruntime.stream;

import org.jspecify.annotations.NullMarked;
