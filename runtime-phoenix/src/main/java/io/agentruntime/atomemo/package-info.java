/**
 * Plugins for the Atomemo platform, on Phoenix channels.
 *
 * <p>An {@link io.agentruntime.atomemo.AtomemoPlugin} holds {@link io.agentruntime.atomemo.Tool}s, {@link
 * io.agentruntime.atomemo.Credential}s and {@link io.agentruntime.atomemo.Model}s, tells the plugin hub what they are, and
 * serves its requests for as long as it runs. What each may be is checked when it is added.
 */
@NullMarked
package io.agentruntime.atomemo;

import org.jspecify.annotations.NullMarked;
