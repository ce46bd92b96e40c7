/**
 * Embedded gateways with fault switches, for users' tests and for demos: no network, no account, no flakiness.
 *
 * <p>{@link io.agentruntime.testkit.EmbeddedGateway} speaks Nookplot's protocol as a running gateway was observed to
 * speak it, either over loopback or in memory on one scheduler, in virtual time. It reads and writes JSON by itself, not
 * through the library's codec, so that an error of that codec does not cancel itself out.
 */
@NullMarked
package io.agentruntime.testkit;

import org.jspecify.annotations.NullMarked;
