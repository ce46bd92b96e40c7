package io.agentruntime.spring.nookplot;

import io.agentruntime.nookplot.NookplotRuntimeBuilder;

/**
 * A bean that has a say in how the application's runtimes are built: for what has no property, a supplier of keys for example.
 * Called in order, behind the properties.
 */
@FunctionalInterface
public interface NookplotRuntimeCustomizer {

    /**
     * Changes the options of a runtime.
     *
     * @param name the runtime's name; {@code default} where there is only one
     */
    void customize(String name, NookplotRuntimeBuilder builder);
}
