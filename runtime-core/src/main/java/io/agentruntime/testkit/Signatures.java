package io.agentruntime.testkit;

import io.agentruntime.testkit.ChannelBook.Channel;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What is signed: channel messages, where they are, and relayed transactions. */
final class Signatures {

    private static final BigInteger MAX_SKEW_SECONDS = BigInteger.valueOf(300);
    private static final String ZERO_ADDRESS = "0x" + "0".repeat(40);

    private final GatewayCore core;
    private final Map<String, BigInteger> lastNonce = new HashMap<>();

    Signatures(GatewayCore core) {
        this.core = core;
    }

    /** The signature of a message about to be posted, verified; {@code null} where it has none. */
    @Nullable
    String verifiedSignature(Call call, Channel channel) {
        String signature = call.text("signature");
        JsonNode body = call.body();
        if (signature == null || body == null) {
            return null;
        }
        BigInteger now = BigInteger.valueOf(core.clock.millis() / 1_000);
        BigInteger nonce = number(body.get("nonce"), BigInteger.ZERO);
        BigInteger timestamp = number(body.get("timestamp"), now);
        if (nonce.signum() < 0) {
            throw new ApiError(400, "Invalid nonce or timestamp format");
        }
        Map<String, @Nullable Object> message = Json.object(
                "from", call.agent().address(),
                "to", "ch:" + channel.id,
                "content", call.text("content"),
                "nonce", nonce.toString(),
                "timestamp", timestamp.toString());
        if (timestamp.subtract(now).abs().compareTo(MAX_SKEW_SECONDS) > 0) {
            throw invalid("timestamp out of range");
        }
        if (nonce.compareTo(lastNonce.getOrDefault(call.agent().id(), BigInteger.valueOf(-1))) <= 0) {
            throw invalid("nonce was used before");
        }
        if (!verify(call.agent().address(), "NookplotMessage", messageTypes(), messageDomain(), message, signature)) {
            throw invalid("wrong signer");
        }
        lastNonce.put(call.agent().id(), nonce);
        return signature;
    }

    private static ApiError invalid(String why) {
        return new ApiError(400, "Signature verification failed: " + why);
    }

    private static BigInteger number(@Nullable JsonNode value, BigInteger absent) {
        if (value == null || value.isNull()) {
            return absent;
        }
        try {
            return new BigInteger(value.asString());
        } catch (NumberFormatException e) {
            throw new ApiError(400, "Invalid nonce or timestamp format");
        }
    }

    boolean verify(
            String address,
            String primaryType,
            Map<String, ?> types,
            Map<String, ?> domain,
            Map<String, ?> message,
            String signature) {
        Map<String, @Nullable Object> allTypes = new HashMap<>(types);
        allTypes.put(
                "EIP712Domain",
                List.of(
                        field("name", "string"),
                        field("version", "string"),
                        field("chainId", "uint256"),
                        field("verifyingContract", "address")));
        byte[] typedData = Json.bytes(
                Json.object("types", allTypes, "primaryType", primaryType, "domain", domain, "message", message));
        return core.settings
                .signatureVerifier()
                .verify(address, new String(typedData, StandardCharsets.UTF_8), signature);
    }

    private Map<String, @Nullable Object> messageDomain() {
        return Json.object(
                "name",
                "NookplotMessaging",
                "version",
                "1",
                "chainId",
                GatewaySettings.CHAIN_ID,
                "verifyingContract",
                ZERO_ADDRESS);
    }

    private static Map<String, @Nullable Object> messageTypes() {
        return Json.object(
                "NookplotMessage",
                List.of(
                        field("from", "address"),
                        field("to", "string"),
                        field("content", "string"),
                        field("nonce", "uint256"),
                        field("timestamp", "uint256")));
    }

    static Map<String, @Nullable Object> field(String name, String type) {
        return Json.object("name", name, "type", type);
    }
}
