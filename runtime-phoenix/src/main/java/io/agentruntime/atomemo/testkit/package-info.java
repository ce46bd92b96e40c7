/** A plugin hub for tests: what an {@link io.agentruntime.atomemo.AtomemoPlugin} connects to, in this process. */
@NullMarked
package io.agentruntime.atomemo.testkit;

import org.jspecify.annotations.NullMarked;
