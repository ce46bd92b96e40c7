package io.agentruntime.nookplot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.nookplot.TypedData.Domain;
import io.agentruntime.nookplot.TypedData.Field;
import io.agentruntime.support.Secrets;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Sign;

class Web3jSignerTest {

    private static final String CONTRACT = "0x" + "2".repeat(40);

    private final Signer signer = Signer.of(SigningKey.of(SigningScenario.KEY));

    private static TypedData knownDocument() {
        return new TypedData(
                "ForwardRequest",
                List.of(
                        new Field("from", "address"),
                        new Field("to", "address"),
                        new Field("value", "uint256"),
                        new Field("gas", "uint256"),
                        new Field("nonce", "uint256"),
                        new Field("deadline", "uint48"),
                        new Field("data", "bytes")),
                new Domain("NookplotForwarder", "1", BigInteger.valueOf(84532), CONTRACT),
                Map.of(
                        "from",
                        SigningScenario.ADDRESS,
                        "to",
                        "0x" + "3".repeat(40),
                        "value",
                        BigInteger.ZERO,
                        "gas",
                        BigInteger.valueOf(500_000),
                        "nonce",
                        BigInteger.valueOf(7),
                        "deadline",
                        BigInteger.valueOf(1_764_000_000),
                        "data",
                        "0x12345678abcd"));
    }

    @Test
    void theKnownAnswer() {
        assertThat(signer.address()).isEqualTo(SigningScenario.ADDRESS);
        assertThat(signer.sign(knownDocument()))
                .isEqualTo("0xf6c1721867801caca56d86f8cf87642f68ed4066803d9d9784a5040ec12e20ed"
                        + "5813012c740755eca9c6849b9d3054a2435e778746a660fff941320d483932811b");
    }

    @Test
    void aSignatureIsAlwaysTheSame() {
        assertThat(signer.sign(knownDocument())).isEqualTo(signer.sign(knownDocument()));
    }

    /** The digest worked out by hand, as EIP-712 writes it, for texts that an encoder could trip over. */
    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "0x1234", "12345", "{\"a\":[1]}\n\"", "grüße 🎉", " null "})
    void aTextIsSignedAsItIs(String text) throws Exception {
        TypedData document = new TypedData(
                "Note",
                List.of(new Field("text", "string"), new Field("number", "uint256")),
                new Domain("Notes", "2", BigInteger.TEN, CONTRACT),
                Map.of("text", text, "number", BigInteger.TWO.pow(256).subtract(BigInteger.ONE)));
        byte[] domain = Hash.sha3(words(
                hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                hash("Notes"),
                hash("2"),
                number("a"),
                number("2".repeat(40))));
        byte[] note = Hash.sha3(words(hash("Note(string text,uint256 number)"), hash(text), number("f".repeat(64))));
        byte[] digest = Hash.sha3(ByteBuffer.allocate(66)
                .put((byte) 0x19)
                .put((byte) 0x01)
                .put(domain)
                .put(note)
                .array());

        byte[] signature = HexFormat.of().parseHex(signer.sign(document).substring(2));
        Sign.SignatureData parts = new Sign.SignatureData(
                signature[64], Arrays.copyOfRange(signature, 0, 32), Arrays.copyOfRange(signature, 32, 64));
        assertThat(Sign.signedMessageHashToKey(digest, parts))
                .isEqualTo(Sign.publicKeyFromPrivate(new BigInteger("1".repeat(64), 16)));
        assertThat(signature[32]).as("low s").isNotNegative();
    }

    private static byte[] hash(String text) {
        return Hash.sha3(text.getBytes(UTF_8));
    }

    private static byte[] number(String hex) {
        return HexFormat.of().parseHex("0".repeat(64 - hex.length()) + hex);
    }

    private static byte[] words(byte[]... words) {
        ByteBuffer all = ByteBuffer.allocate(32 * words.length);
        for (byte[] word : words) {
            all.put(word);
        }
        return all.array();
    }

    @Test
    void nothingOfTheKeyIsShown() {
        Secrets.assertNoneIn(signer.toString());
        Secrets.assertNoneIn(SigningKey.of(SigningScenario.KEY).toString());
        Secrets.assertNoneIn(knownDocument().toString());
    }

    @Test
    void addressesOfOtherKeys() {
        // Two keys that everybody knows: those of Hardhat's first two accounts.
        assertThat(Signer.of(SigningKey.of("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"))
                        .address())
                .isEqualTo("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        assertThat(Signer.of(SigningKey.of("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"))
                        .address())
                .isEqualTo("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    }
}
