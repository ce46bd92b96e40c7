package io.agentruntime.testkit.octavus;

import org.jspecify.annotations.Nullable;

/** @param agent what the agent says; {@code null} for a {@link DemoAgent} on the server's scheduler */
record OctavusSettings(@Nullable AgentScript agent, boolean requireInit, int recordLimit) {}
