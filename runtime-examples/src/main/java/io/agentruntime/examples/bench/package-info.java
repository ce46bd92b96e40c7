/**
 * The benchmarks: what they share. Servers and clients are processes of their own, so that none of them is measured with
 * another one's garbage collector, compiler and caches.
 */
@NullMarked
package io.agentruntime.examples.bench;

import org.jspecify.annotations.NullMarked;
