package io.agentruntime.testkit;

import java.util.regex.Pattern;

/** Verifies EIP-712 signatures for an {@link EmbeddedGateway}, which has no cryptography of its own. */
@FunctionalInterface
public interface SignatureVerifier {

    /**
     * Whether the signature was made by the address's key over the typed data.
     *
     * @param address the address that must have signed, {@code 0x} and 40 hex digits
     * @param typedData the EIP-712 document as JSON: {@code types} (with {@code EIP712Domain}), {@code primaryType},
     *     {@code domain}, {@code message}
     * @param signature {@code r s v} in hex, as it was received
     */
    boolean verify(String address, String typedData, String signature);

    /** Looks at the form only: 65 bytes in hex with {@code 0x}. The default. */
    static SignatureVerifier formOnly() {
        Pattern form = Pattern.compile("0x[0-9a-fA-F]{130}");
        return (address, typedData, signature) -> form.matcher(signature).matches();
    }
}
