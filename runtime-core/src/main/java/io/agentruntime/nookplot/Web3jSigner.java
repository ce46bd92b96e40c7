package io.agentruntime.nookplot;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.agentruntime.nookplot.TypedData.Domain;
import io.agentruntime.nookplot.TypedData.Field;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Sign;
import org.web3j.crypto.StructuredData.EIP712Domain;
import org.web3j.crypto.StructuredData.EIP712Message;
import org.web3j.crypto.StructuredData.Entry;
import org.web3j.crypto.StructuredDataEncoder;

/**
 * Signs with web3j. Loaded only when there is a key, for the dependency is optional.
 *
 * <p>web3j's {@code Keys} is left alone: loading it registers a security provider for the whole JVM.
 */
final class Web3jSigner implements Signer {

    private static final String DOMAIN = "EIP712Domain";
    private static final int WORD = 32;

    private final ECKeyPair keys;
    private final String address;

    private Web3jSigner(ECKeyPair keys) {
        this.keys = keys;
        this.address = address(keys.getPublicKey());
    }

    /** Loads every class that signing needs, so that a missing one is found here. */
    static Web3jSigner of(SigningKey key) {
        Web3jSigner signer = new Web3jSigner(ECKeyPair.create(key.value()));
        signer.sign(new TypedData(
                "Probe",
                List.of(new Field("of", "address")),
                new Domain("", "", BigInteger.ONE, signer.address),
                Map.of("of", signer.address)));
        return signer;
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public String sign(TypedData document) {
        Sign.SignatureData signature = Sign.signMessage(digest(document), keys, false);
        byte[] bytes = ByteBuffer.allocate(2 * WORD + 1)
                .put(signature.getR())
                .put(signature.getS())
                .put(signature.getV())
                .array();
        return "0x" + HexFormat.of().formatHex(bytes);
    }

    /** {@code keccak256(0x19 0x01 domainSeparator hashStruct(message))}, EIP-712. */
    private static byte[] digest(TypedData document) {
        HashMap<String, List<Entry>> types = new HashMap<>();
        types.put(DOMAIN, entries(Domain.FIELDS));
        types.put(document.primaryType(), entries(document.fields()));
        HashMap<String, Object> message = new HashMap<>(document.message());
        HashMap<String, Object> domain = new HashMap<>(document.domain().values());
        StructuredDataEncoder encoder = new StructuredDataEncoder(new EIP712Message(
                types, document.primaryType(), message, new EIP712Domain(null, null, null, null, null)));
        return Hash.sha3(ByteBuffer.allocate(2 + 2 * WORD)
                .put((byte) 0x19)
                .put((byte) 0x01)
                .put(encoder.hashMessage(DOMAIN, domain))
                .put(encoder.hashMessage(document.primaryType(), message))
                .array());
    }

    private static List<Entry> entries(List<Field> fields) {
        List<Entry> entries = new ArrayList<>();
        fields.forEach(field -> entries.add(new Entry(field.name(), field.type())));
        return entries;
    }

    /** The last 20 bytes of the public key's hash; a letter is upper case where the hash of the hex has 8 or more (EIP-55). */
    private static String address(BigInteger publicKey) {
        byte[] point = HexFormat.of().parseHex(String.format(Locale.ROOT, "%0128x", publicKey));
        byte[] hash = Hash.sha3(point);
        String hex = HexFormat.of().formatHex(Arrays.copyOfRange(hash, hash.length - 20, hash.length));
        String caseOf = HexFormat.of().formatHex(Hash.sha3(hex.getBytes(US_ASCII)));
        StringBuilder address = new StringBuilder("0x");
        for (int i = 0; i < hex.length(); i++) {
            char digit = hex.charAt(i);
            address.append(caseOf.charAt(i) >= '8' ? Character.toUpperCase(digit) : digit);
        }
        return address.toString();
    }

    @Override
    public String toString() {
        return "Web3jSigner[" + address + "]";
    }
}
