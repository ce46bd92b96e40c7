package io.agentruntime.transport.sockjs;

import java.math.BigInteger;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/** Makes the part of the address that names a session. Over HTTP who knows it has the session, so it must not be guessed. */
final class SessionIds {

    private static final SecureRandom RANDOM = seeded();

    private SessionIds() {}

    /** Seeds the generator, which may read from a device: not to be done on an event loop. */
    static void prepare() {
        RANDOM.nextInt();
    }

    /** {@code /{server}/{session}}, neither with a dot or a slash in it. */
    static String next() {
        String session = new BigInteger(130, RANDOM).toString(32);
        return "/" + String.format("%03d", RANDOM.nextInt(1000)) + "/" + session;
    }

    /** One that computes its numbers instead of reading them from a device. */
    private static SecureRandom seeded() {
        try {
            return SecureRandom.getInstance("DRBG");
        } catch (NoSuchAlgorithmException e) {
            return new SecureRandom();
        }
    }
}
