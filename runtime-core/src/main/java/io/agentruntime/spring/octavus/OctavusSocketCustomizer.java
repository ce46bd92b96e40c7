package io.agentruntime.spring.octavus;

import io.agentruntime.octavus.OctavusSocketBuilder;

/**
 * A bean that has a say in how the application's socket transport is built: for what has no property, SockJS for example.
 * Called in order, behind the properties.
 */
@FunctionalInterface
public interface OctavusSocketCustomizer {

    /** Changes the options. */
    void customize(OctavusSocketBuilder builder);
}
