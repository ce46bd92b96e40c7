/** {@link io.agentruntime.examples.bench.fleet.Fleet}: how many runtimes one process holds, and how they recover. */
@NullMarked
package io.agentruntime.examples.bench.fleet;

import org.jspecify.annotations.NullMarked;
