package io.agentruntime.spring;

import io.agentruntime.telemetry.Telemetry;

/**
 * A bean that says who watches each runtime. Where there is a meter registry, its meters and observations do; a bean of the
 * application takes their place.
 */
@FunctionalInterface
public interface RuntimeTelemetrySource {

    /**
     * Who watches this runtime.
     *
     * @param name the runtime's name; {@code default} where there is only one
     */
    Telemetry telemetry(String name);
}
