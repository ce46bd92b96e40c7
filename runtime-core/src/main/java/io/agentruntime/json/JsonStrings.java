package io.agentruntime.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The inside of JSON strings, for {@link JsonScanner}: most of the bytes of a document. */
final class JsonStrings {

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final long SPACES = ' ' * ONES;
    private static final long HIGHEST_BITS = 0x8080808080808080L;

    private JsonStrings() {}

    /**
     * Checks a string.
     *
     * @param start behind its first quote
     * @param end where the document ends
     * @param scanner says what is wrong
     * @return behind its last quote; the complement of that when there are escapes in it
     */
    static int end(byte[] in, int start, int end, JsonScanner scanner) {
        boolean escaped = false;
        int p = start;
        while (true) {
            p = skipPlain(in, p, end);
            if (p >= end) {
                throw scanner.brokenAt(p, "it is cut off");
            }
            byte b = in[p];
            if (b == '"') {
                return escaped ? ~(p + 1) : p + 1;
            }
            if (b == '\\') {
                escaped = true;
                p = escape(in, p + 1, end, scanner);
            } else if (b < 0) {
                p = Utf8.skip(in, b & 0xff, p + 1, end);
                if (p < 0) {
                    throw scanner.brokenAt(~p, "invalid UTF-8");
                }
            } else if (b < 0x20) {
                throw scanner.brokenAt(p, "a control character in a string");
            } else {
                p++;
            }
        }
    }

    /**
     * Skips bytes of a string that need no second look, eight at a time; stops at the first that may: a quote, a
     * backslash, a control character, the beginning of a longer UTF-8 sequence.
     *
     * <p>Each test raises the highest bit of such a byte. It may raise that of bytes behind it as well, never of one before
     * it, and the first is all that is looked for.
     */
    private static int skipPlain(byte[] in, int start, int end) {
        int p = start;
        while (p <= end - Long.BYTES) {
            long bytes = (long) EIGHT_BYTES.get(in, p);
            long quote = bytes ^ QUOTES;
            long backslash = bytes ^ BACKSLASHES;
            long special =
                    ((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | ((bytes - SPACES) & ~bytes) | bytes;
            special &= HIGHEST_BITS;
            if (special != 0) {
                return p + (Long.numberOfTrailingZeros(special) >>> 3);
            }
            p += Long.BYTES;
        }
        return p;
    }

    private static int escape(byte[] in, int p, int end, JsonScanner scanner) {
        if (p >= end) {
            throw scanner.brokenAt(p, "it is cut off");
        }
        switch (in[p]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                return p + 1;
            }
            case 'u' -> {
                for (int i = 1; i <= 4; i++) {
                    if (p + i >= end || Character.digit(in[p + i], 16) < 0) {
                        throw scanner.brokenAt(p, "an escape without four hexadecimal digits");
                    }
                }
                return p + 5;
            }
            default -> throw scanner.brokenAt(p, "an unknown escape");
        }
    }
}
