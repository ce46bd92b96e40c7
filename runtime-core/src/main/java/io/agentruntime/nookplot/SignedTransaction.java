package io.agentruntime.nookplot;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A transaction that {@link Transactions#sign} has checked and signed. Whoever has it can have it relayed, once and until
 * its deadline.
 *
 * @param forwardRequest its fields, as the gateway gave them
 * @param signature {@code r s v}, 65 bytes in hex with {@code 0x}
 * @param didCid what the gateway wants to be given back, when there is something
 */
public record SignedTransaction(
        Map<String, JsonNode> forwardRequest,
        String signature,
        @Nullable String didCid) {

    public SignedTransaction {
        forwardRequest = Collections.unmodifiableMap(new LinkedHashMap<>(forwardRequest));
    }

    /** What {@code POST /v1/relay} takes: everything at the top level. */
    Map<String, Object> body() {
        Map<String, Object> body = new LinkedHashMap<>(forwardRequest);
        body.put("signature", signature);
        if (didCid != null) {
            body.put("didCid", didCid);
        }
        return body;
    }

    /** Without the data and the signature. */
    @Override
    public String toString() {
        return "SignedTransaction[" + forwardRequest.size() + " fields]";
    }
}
