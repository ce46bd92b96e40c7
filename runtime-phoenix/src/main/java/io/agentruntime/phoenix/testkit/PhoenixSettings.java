package io.agentruntime.phoenix.testkit;

import java.time.Duration;
import java.util.Set;

/** How a server behaves, for its whole life. */
record PhoenixSettings(
        String path,
        Adapter adapter,
        int shutdownCode,
        Duration idleTimeout,
        int maxChannels,
        Duration longPollWindow,
        int recordLimit,
        Set<String> secretFields,
        ConnectHandler connect) {}
