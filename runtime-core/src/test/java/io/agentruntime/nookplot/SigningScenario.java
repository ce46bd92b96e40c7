package io.agentruntime.nookplot;

import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.SignatureVerifier;
import java.util.Arrays;
import java.util.HexFormat;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;
import org.web3j.crypto.StructuredDataEncoder;

/** A gateway in memory that verifies signatures, with an agent whose key is known. */
class SigningScenario extends InMemoryScenario {

    /** The key and address of the known answer on the protocol page. */
    static final String KEY = "0x" + "1".repeat(64);

    static final String ADDRESS = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A";
    static final String OTHER_KEY = "00" + "a7".repeat(31);

    static {
        Secrets.register("1".repeat(64));
        Secrets.register(OTHER_KEY);
    }

    final EmbeddedGateway verifying =
            EmbeddedGateway.builder().signatureVerifier(byRecovery()).inMemory(time);
    final GatewayAgent carol = verifying.agent("carol", ADDRESS);
    final GatewayAgent dave = verifying.agent("dave");

    NookplotRuntime signing() {
        return verifying.runtime(carol).privateKey(KEY).build();
    }

    /** Recovers the signer from the whole document, and takes low s only. */
    static SignatureVerifier byRecovery() {
        return (address, typedData, signature) -> {
            try {
                byte[] bytes = HexFormat.of().parseHex(signature.substring(2));
                Sign.SignatureData parts = new Sign.SignatureData(
                        bytes[64], Arrays.copyOfRange(bytes, 0, 32), Arrays.copyOfRange(bytes, 32, 64));
                byte[] digest = new StructuredDataEncoder(typedData).hashStructuredData();
                String signer = Keys.getAddress(Sign.signedMessageHashToKey(digest, parts));
                return bytes.length == 65 && bytes[32] >= 0 && address.equalsIgnoreCase("0x" + signer);
            } catch (Exception e) {
                return false;
            }
        };
    }
}
