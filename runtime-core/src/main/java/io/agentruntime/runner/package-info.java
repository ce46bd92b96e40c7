/** Runs a plugin as a process of its own, from its start to a signal: {@link io.agentruntime.runner.PluginRunner}. */
@NullMarked
package io.agentruntime.runner;

import org.jspecify.annotations.NullMarked;
