package io.agentruntime.atomemo;

/** Where a plugin runs, by the platform's own variable {@code NODE_ENV}. */
public enum NodeEnvironment {
    DEVELOPMENT,
    PRODUCTION,
    TEST
}
