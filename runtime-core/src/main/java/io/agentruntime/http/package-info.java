/**
 * The authenticated JSON client over HTTP: 429 backoff, time limits, bounded responses, errors typed by status.
 *
 * <p>{@link io.agentruntime.http.HttpExchange} is one exchange on the wire, over Reactor Netty or in memory; everything
 * above it (credentials, retries, JSON, error mapping) is the same for both.
 */
@NullMarked
package io.agentruntime.http;

import org.jspecify.annotations.NullMarked;
