package io.agentruntime.nookplot;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's answer to a relayed transaction.
 *
 * @param txHash the transaction's hash on the chain
 * @param status how it stands, e.g. {@code submitted}
 */
public record RelayResult(String txHash, @Nullable String status) {

    public RelayResult {
        Objects.requireNonNull(txHash, "txHash");
    }
}
