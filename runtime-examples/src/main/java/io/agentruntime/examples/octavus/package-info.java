/**
 * A chat with an Octavus agent in the terminal: {@link io.agentruntime.examples.octavus.OctavusDemo}. On the embedded server,
 * over one transport after the other, or with a real one where the environment names it.
 */
@NullMarked
package io.agentruntime.examples.octavus;

import org.jspecify.annotations.NullMarked;
