/**
 * The main job: {@link io.agentruntime.examples.quickstart.Quickstart}. Two agents on the embedded gateway, or one agent
 * on a real gateway where the environment names one.
 */
@NullMarked
package io.agentruntime.examples.quickstart;

import org.jspecify.annotations.NullMarked;
