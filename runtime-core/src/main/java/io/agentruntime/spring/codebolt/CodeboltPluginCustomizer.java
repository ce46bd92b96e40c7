package io.agentruntime.spring.codebolt;

import io.agentruntime.codebolt.CodeboltPluginBuilder;

/** A bean that has a say in how the application's plugin is built. Called in order, behind the properties. */
@FunctionalInterface
public interface CodeboltPluginCustomizer {

    /** Changes the options. */
    void customize(CodeboltPluginBuilder builder);
}
