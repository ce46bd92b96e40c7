/** {@link io.agentruntime.examples.bench.flood.Flood}: how many events a second one connection takes in. */
@NullMarked
package io.agentruntime.examples.bench.flood;

import org.jspecify.annotations.NullMarked;
