package io.agentruntime.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Transactions: {@code POST /v1/prepare/<what>} and {@code POST /v1/relay}. */
final class RelayRoutes {

    private static final long DEADLINE_SECONDS = 3_600;
    private static final List<String> FIELDS = List.of("from", "to", "value", "gas", "nonce", "deadline", "data");

    private final GatewayCore core;
    private final Map<String, Integer> nextNonce = new HashMap<>();

    RelayRoutes(GatewayCore core) {
        this.core = core;
    }

    List<Route> routes() {
        return List.of(
                new Route("POST", "/v1/prepare/*", this::prepare),
                new Route("POST", "/v1/prepare/*/*", this::prepare),
                new Route("POST", "/v1/relay", this::relay));
    }

    private Answer prepare(Call call) {
        Map<String, @Nullable Object> request = Json.object(
                "from",
                call.agent().address(),
                "to",
                "0x" + "3".repeat(40),
                "value",
                "0",
                "gas",
                "500000",
                "nonce",
                String.valueOf(nonce(call)),
                "deadline",
                core.clock.millis() / 1_000 + DEADLINE_SECONDS,
                "data",
                "0x12345678abcd");
        return Answer.json(200, Json.object("forwardRequest", request, "domain", domain(), "types", types()));
    }

    private int nonce(Call call) {
        return nextNonce.getOrDefault(call.agent().id(), 0);
    }

    private Answer relay(Call call) {
        Map<String, @Nullable Object> request = new HashMap<>();
        for (String field : FIELDS) {
            var value = call.body() == null ? null : call.body().get(field);
            if (value == null || value.isNull()) {
                throw new ApiError(400, "Missing required field: " + field);
            }
            request.put(field, value);
        }
        String signature = call.text("signature");
        if (signature == null) {
            throw new ApiError(400, "Missing required field: signature");
        }
        if (!call.agent().address().equalsIgnoreCase(call.text("from"))) {
            throw new ApiError(403, "Forbidden", "The request's 'from' is not the agent's address.");
        }
        if (!String.valueOf(nonce(call)).equals(call.text("nonce"))
                || !core.signatures.verify(
                        call.agent().address(), "ForwardRequest", types(), domain(), request, signature)) {
            throw new ApiError(400, "Invalid signature");
        }
        nextNonce.merge(call.agent().id(), 1, Integer::sum);
        return Answer.json(200, Json.object("txHash", "0x" + core.ids.hex(64), "status", "submitted"));
    }

    private static Map<String, @Nullable Object> domain() {
        return Json.object(
                "name",
                "NookplotForwarder",
                "version",
                "1",
                "chainId",
                GatewaySettings.CHAIN_ID,
                "verifyingContract",
                "0x" + "2".repeat(40));
    }

    private static Map<String, @Nullable Object> types() {
        return Json.object(
                "ForwardRequest",
                List.of(
                        Signatures.field("from", "address"),
                        Signatures.field("to", "address"),
                        Signatures.field("value", "uint256"),
                        Signatures.field("gas", "uint256"),
                        Signatures.field("nonce", "uint256"),
                        Signatures.field("deadline", "uint48"),
                        Signatures.field("data", "bytes")));
    }
}
