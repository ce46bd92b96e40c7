/**
 * Meters and observations of Micrometer for every runtime: {@link io.agentruntime.micrometer.MicrometerTelemetry}. Needs the
 * optional dependency {@code io.micrometer:micrometer-core}; nothing else in the library does.
 */
@NullMarked
package io.agentruntime.micrometer;

import org.jspecify.annotations.NullMarked;
