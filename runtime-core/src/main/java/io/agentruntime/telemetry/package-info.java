/**
 * What is told to whoever watches runtimes: {@link io.agentruntime.telemetry.Telemetry} and what it opens. No library of
 * meters is needed for it; {@code io.agentruntime.micrometer} brings it to Micrometer.
 */
@NullMarked
package io.agentruntime.telemetry;

import org.jspecify.annotations.NullMarked;
