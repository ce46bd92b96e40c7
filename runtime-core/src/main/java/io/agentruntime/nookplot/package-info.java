/**
 * The Nookplot gateway: {@link io.agentruntime.nookplot.NookplotRuntime} and its managers.
 *
 * <p>{@code NookplotRuntime} is what users meet. Behind it, {@code NookplotOpener} opens a session step by step, {@code
 * NookplotSession} owns what lives during one, {@code Subscriptions} remembers which channels are wanted across sessions,
 * and {@code EventHub} carries what arrives to its subscribers. {@code Signer} is what signs: only {@code Web3jSigner}, behind
 * it, knows the optional library.
 */
@NullMarked
package io.agentruntime.nookplot;

import org.jspecify.annotations.NullMarked;
