package io.agentruntime.nookplot;

import io.agentruntime.error.InvalidOptionException;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** A private key of the curve secp256k1 that has been checked. Shows nothing of itself. */
final class SigningKey {

    static final String OPTION = "privateKey";

    /** The order of the curve (SEC 2, section 2.4.1). */
    private static final BigInteger ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]*");
    private static final int DIGITS = 64;

    private final BigInteger value;

    private SigningKey(BigInteger value) {
        this.value = value;
    }

    /** @param text 32 bytes in hex, with or without {@code 0x} */
    static SigningKey of(String text) {
        String hex = text.startsWith("0x") || text.startsWith("0X") ? text.substring(2) : text;
        if (!HEX.matcher(hex).matches()) {
            throw invalid("a text that is not hex");
        }
        if (hex.length() != DIGITS) {
            throw invalid(hex.length() + " digits");
        }
        BigInteger value = new BigInteger(hex, 16);
        if (value.signum() == 0 || value.compareTo(ORDER) >= 0) {
            throw invalid("zero, or not less than the order of secp256k1");
        }
        return new SigningKey(value);
    }

    private static InvalidOptionException invalid(String problem) {
        return new InvalidOptionException(OPTION, problem, "must be a secp256k1 key, 32 bytes in hex");
    }

    BigInteger value() {
        return value;
    }

    @Override
    public String toString() {
        return "SigningKey[***]";
    }
}
