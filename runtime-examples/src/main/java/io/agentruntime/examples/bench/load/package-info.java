/**
 * What the benchmarks of single connections share: a server that sends events as fast as a socket takes them, clients that
 * take them in round after round, each in a process of its own, and what is made of their reports.
 */
@NullMarked
package io.agentruntime.examples.bench.load;

import org.jspecify.annotations.NullMarked;
