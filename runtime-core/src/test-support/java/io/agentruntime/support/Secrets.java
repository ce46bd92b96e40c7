package io.agentruntime.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What must never be seen in a log event, an exception or a {@code toString}.
 *
 * <p>A test gives its keys, tokens and tickets values that contain {@link #MARKER}; then nothing has to be registered.
 * Base64 of a secret, as in {@code Authorization: Basic}, is recognised too.
 */
public final class Secrets {

    /** Part of every secret in tests. */
    public static final String MARKER = "S3CR3T";

    private static final int SHORTEST = 6;

    private static final List<String> NEEDLES = new CopyOnWriteArrayList<>(spellings(MARKER));

    private Secrets() {}

    /** Adds a secret that cannot carry the marker, for the rest of the run. At least six characters long. */
    public static void register(String secret) {
        if (secret.length() < SHORTEST) {
            throw new IllegalArgumentException("a secret of less than " + SHORTEST + " characters is found everywhere");
        }
        if (find(secret) == null) {
            NEEDLES.addAll(spellings(secret));
        }
    }

    /** Fails when the text holds a secret. */
    public static void assertNoneIn(String text) {
        if (find(text) != null) {
            throw new AssertionError("There is a secret in: " + redact(text));
        }
    }

    /** Fails when the throwable, one of its causes or a suppressed one holds a secret. */
    public static void assertNoneIn(Throwable thrown) {
        assertNoneIn(thrown.toString());
        if (thrown.getCause() != null) {
            assertNoneIn(thrown.getCause());
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            assertNoneIn(suppressed);
        }
    }

    /** The spelling of a secret that the text contains, or null. */
    static @Nullable String find(@Nullable String text) {
        if (text != null) {
            for (String needle : NEEDLES) {
                if (text.contains(needle)) {
                    return needle;
                }
            }
        }
        return null;
    }

    static String redact(String text) {
        String redacted = text;
        for (String needle : NEEDLES) {
            redacted = redacted.replace(needle, "***");
        }
        return redacted;
    }

    /** The secret itself, and the part of its Base64 that does not depend on its neighbours, at each alignment. */
    private static List<String> spellings(String secret) {
        byte[] bytes = secret.getBytes(UTF_8);
        List<String> spellings = new ArrayList<>();
        spellings.add(secret);
        for (int before = 0; before < 3; before++) {
            byte[] padded = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, padded, before, bytes.length);
            int from = before == 0 ? 0 : 4;
            int to = padded.length / 3 * 4;
            spellings.add(Base64.getEncoder().encodeToString(padded).substring(from, to));
        }
        return spellings;
    }
}
