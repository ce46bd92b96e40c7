/** 100,000 pieces of text through a chat, beside the platform's own JavaScript client: {@link io.agentruntime.examples.bench.octavus.OctavusBench}. */
@NullMarked
package io.agentruntime.examples.bench.octavus;

import org.jspecify.annotations.NullMarked;
