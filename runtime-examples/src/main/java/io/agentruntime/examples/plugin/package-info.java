/**
 * A plugin for the Atomemo platform: two tools, a credential with OAuth2, and a model. On an embedded hub that asks it for
 * everything a hub can ask for, or on a real one.
 */
@NullMarked
package io.agentruntime.examples.plugin;

import org.jspecify.annotations.NullMarked;
