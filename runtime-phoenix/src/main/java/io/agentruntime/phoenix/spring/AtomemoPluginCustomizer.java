package io.agentruntime.phoenix.spring;

import io.agentruntime.atomemo.AtomemoPluginBuilder;

/** A bean that has a say in how the application's plugin is built. Called in order, behind the properties. */
@FunctionalInterface
public interface AtomemoPluginCustomizer {

    /** Changes the options. */
    void customize(AtomemoPluginBuilder builder);
}
