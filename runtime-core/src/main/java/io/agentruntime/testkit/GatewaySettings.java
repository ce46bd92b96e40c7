package io.agentruntime.testkit;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How a gateway behaves, for its whole life. */
record GatewaySettings(
        long seed,
        RateLimits rateLimits,
        boolean presenceAsArray,
        @Nullable Duration reapAfter,
        int recordLimit,
        SignatureVerifier signatureVerifier,
        Consumer<String> secrets) {

    /** Base Sepolia, as on the protocol page. */
    static final int CHAIN_ID = 84532;
}
