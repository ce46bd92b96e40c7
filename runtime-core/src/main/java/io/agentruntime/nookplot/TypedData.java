package io.agentruntime.nookplot;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/**
 * A document to sign as EIP-712 has it: one flat struct, and the domain it belongs to.
 *
 * @param primaryType the struct's name
 * @param fields its fields, in order
 * @param message their values by name: a {@link BigInteger} for {@code uint}, a {@link String} for everything else
 */
record TypedData(String primaryType, List<Field> fields, Domain domain, Map<String, Object> message) {

    /** A field of a struct, e.g. {@code uint256 nonce}. */
    record Field(String name, String type) {}

    /** What keeps a signature from being used elsewhere. */
    record Domain(String name, String version, BigInteger chainId, String verifyingContract) {

        static final List<Field> FIELDS = List.of(
                new Field("name", "string"),
                new Field("version", "string"),
                new Field("chainId", "uint256"),
                new Field("verifyingContract", "address"));

        Map<String, Object> values() {
            return Map.of("name", name, "version", version, "chainId", chainId, "verifyingContract", verifyingContract);
        }
    }

    /** Without the message, for it may be private. */
    @Override
    public String toString() {
        return "TypedData[" + primaryType + " for " + domain + "]";
    }
}
