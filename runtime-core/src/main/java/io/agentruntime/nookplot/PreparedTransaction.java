package io.agentruntime.nookplot;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the gateway asks the agent to sign, as it came and not checked yet: {@link Transactions#sign} does that. Look at it
 * in between where more is to be checked, e.g. {@code forwardRequest().path("to")}.
 *
 * @param forwardRequest {@code from}, {@code to}, {@code value}, {@code gas}, {@code nonce}, {@code deadline} (seconds),
 *     {@code data}
 * @param domain the EIP-712 domain: {@code name}, {@code version}, {@code chainId}, {@code verifyingContract}
 * @param types the EIP-712 types, {@code ForwardRequest} among them
 * @param primaryType the type to sign, where the gateway names it
 * @param didCid what the relay wants to be given back, when there is something
 */
public record PreparedTransaction(
        JsonNode forwardRequest,
        JsonNode domain,
        JsonNode types,
        @Nullable String primaryType,
        @Nullable String didCid) {

    public PreparedTransaction {
        Objects.requireNonNull(forwardRequest, "forwardRequest");
        Objects.requireNonNull(domain, "domain");
        Objects.requireNonNull(types, "types");
    }

    /** Without the data, which may be private. */
    @Override
    public String toString() {
        return "PreparedTransaction[" + forwardRequest.size() + " fields]";
    }
}
