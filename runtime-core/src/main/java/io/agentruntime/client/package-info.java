/**
 * What the clients of all protocols are configured with: {@link io.agentruntime.client.ClientBuilder} has the options that
 * are the same for each of them, {@link io.agentruntime.client.ClientOptions} what they came to.
 */
@NullMarked
package io.agentruntime.client;

import org.jspecify.annotations.NullMarked;
