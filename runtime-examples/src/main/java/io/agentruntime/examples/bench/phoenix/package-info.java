/** {@link io.agentruntime.examples.bench.phoenix.PhoenixBench}: one Phoenix channel, beside other clients. */
@NullMarked
package io.agentruntime.examples.bench.phoenix;

import org.jspecify.annotations.NullMarked;
