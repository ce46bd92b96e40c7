package io.agentruntime.spring;

import io.agentruntime.net.NetOptions;

/**
 * A bean that has a say in how every runtime of the application reaches its server. Called in order, behind the properties and
 * before the customisers of the runtime itself.
 */
@FunctionalInterface
public interface NetOptionsCustomizer {

    /** Changes the options. */
    void customize(NetOptions.Builder options);
}
