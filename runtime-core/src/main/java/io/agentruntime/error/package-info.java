/**
 * The one hierarchy of typed errors, all under {@link io.agentruntime.error.RuntimeClientException}.
 *
 * <p>Whatever goes wrong reaches the caller as one of these types, with the facts it needs as accessors (status, close
 * code, limit, option) and, where it is known, what to do about it. No message or accessor holds a key, token or ticket.
 */
@NullMarked
package io.agentruntime.error;

import org.jspecify.annotations.NullMarked;
