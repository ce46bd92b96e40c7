package io.agentruntime.json;

import io.agentruntime.error.DecodeException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Walks over one JSON document (RFC 8259) in a byte array and checks it strictly, without building anything: grammar,
 * UTF-8 (no overlong forms, no surrogates), depth, length of numbers.
 *
 * <p>Jackson is not asked here, for three reasons: it lets overlong and surrogate byte sequences pass in what it skips, it
 * guesses the encoding from the first bytes, and it allocates for each parser and keeps each property name in a shared
 * table, while most frames are only looked at. What Jackson makes of a document is tested against this class.
 */
final class JsonScanner {

    /** The deepest nesting of objects and arrays. */
    static final int MAX_DEPTH = 200;

    /** The most characters in a number. */
    static final int MAX_NUMBER_LENGTH = 1000;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final long SPACES = ' ' * ONES;
    private static final long HIGHEST_BITS = 0x8080808080808080L;

    private final String what;
    private final byte[] in;
    private final int start;
    private final int end;
    private int pos;

    private boolean firstMember;
    private int tokenStart;
    private int tokenEnd;
    private boolean tokenEscaped;
    private int nameStart;
    private int nameEnd;
    private boolean nameEscaped;

    /** @param what what is read, for errors */
    JsonScanner(String what, byte[] in, int start, int end) {
        this.what = what;
        this.in = in;
        this.start = start;
        this.end = end;
        this.pos = start;
    }

    /** Enters the object that must stand here. */
    void startObject() {
        if (next() != '{') {
            throw broken("it is not an object");
        }
        pos++;
        firstMember = true;
    }

    /** Goes to the value of the next member of the object entered, its name being the current one; false at its end. */
    boolean nextMember() {
        byte b = next();
        if (b == '}') {
            pos++;
            return false;
        }
        if (!firstMember) {
            b = expectComma(b);
        }
        firstMember = false;
        name(b);
        nameStart = tokenStart;
        nameEnd = tokenEnd;
        nameEscaped = tokenEscaped;
        next();
        return true;
    }

    /** Whether the current member has this name. */
    boolean nameIs(String name) {
        int length = name.length();
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if (nameEscaped || c >= 0x80) {
                return JsonText.decode(in, nameStart, nameEnd, nameEscaped).equals(name);
            }
            if (nameStart + i >= nameEnd || in[nameStart + i] != c) {
                return false;
            }
        }
        return nameEnd - nameStart == length;
    }

    /** Skips the member's value; answers where it starts, and it ends at {@link #position()}. */
    int skipMember() {
        int valueStart = pos;
        value(1);
        return valueStart;
    }

    /** Whether a string stands here. */
    boolean atString() {
        return next() == '"';
    }

    /** Whether {@code null} stands here. */
    boolean atNull() {
        return next() == 'n';
    }

    /** Reads the string that stands here. */
    String string() {
        skipString();
        return JsonText.decode(in, tokenStart, tokenEnd, tokenEscaped);
    }

    /** Skips one whole document and what may surround it. */
    void document() {
        next();
        value(0);
        expectEnd();
    }

    /** Nothing but white space may follow. */
    void expectEnd() {
        while (pos < end) {
            if (!isWhite(in[pos])) {
                throw broken("something follows the end of the document");
            }
            pos++;
        }
    }

    /** Where the scanner stands. */
    int position() {
        return pos;
    }

    DecodeException broken(String problem) {
        return new DecodeException(
                what, problem + ", at byte " + (pos - start), JsonText.excerpt(in, start, end), null);
    }

    private static boolean isWhite(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /** The next byte that is no white space; the scanner stands on it. */
    private byte next() {
        while (pos < end) {
            byte b = in[pos];
            if (b > ' ' || !isWhite(b)) {
                return b;
            }
            pos++;
        }
        throw broken(pos == start ? "it is empty" : "it is cut off");
    }

    private byte expectComma(byte b) {
        if (b != ',') {
            throw broken("a comma or the end of an object or array is missing");
        }
        pos++;
        return next();
    }

    private void name(byte b) {
        if (b != '"') {
            throw broken("a field name is missing");
        }
        skipString();
        if (next() != ':') {
            throw broken("a colon is missing");
        }
        pos++;
    }

    /** Recursion is as deep as the document, which is bounded. */
    private void value(int depth) {
        switch (in[pos]) {
            case '"' -> skipString();
            case '{' -> object(depth + 1);
            case '[' -> array(depth + 1);
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> number();
        }
    }

    private void object(int depth) {
        enter(depth);
        byte b = next();
        if (b == '}') {
            pos++;
            return;
        }
        while (true) {
            name(b);
            next();
            value(depth);
            b = next();
            if (b == '}') {
                pos++;
                return;
            }
            b = expectComma(b);
        }
    }

    private void array(int depth) {
        enter(depth);
        byte b = next();
        if (b == ']') {
            pos++;
            return;
        }
        while (true) {
            value(depth);
            b = next();
            if (b == ']') {
                pos++;
                return;
            }
            expectComma(b);
        }
    }

    private void enter(int depth) {
        if (depth > MAX_DEPTH) {
            throw broken("it is nested deeper than " + MAX_DEPTH);
        }
        pos++;
    }

    private void literal(String literal) {
        for (int i = 0; i < literal.length(); i++, pos++) {
            if (pos >= end) {
                throw broken("it is cut off");
            }
            if (in[pos] != literal.charAt(i)) {
                throw broken("an unknown literal");
            }
        }
    }

    private void number() {
        int first = pos;
        if (in[pos] == '-') {
            pos++;
        }
        int digits = digits();
        if (digits > 1 && in[pos - digits] == '0') {
            throw broken("a number begins with 0");
        }
        if (pos < end && in[pos] == '.') {
            pos++;
            digits();
        }
        if (pos < end && (in[pos] == 'e' || in[pos] == 'E')) {
            pos++;
            if (pos < end && (in[pos] == '+' || in[pos] == '-')) {
                pos++;
            }
            digits();
        }
        if (pos - first > MAX_NUMBER_LENGTH) {
            throw broken("a number is longer than " + MAX_NUMBER_LENGTH + " characters");
        }
    }

    private int digits() {
        int first = pos;
        while (pos < end && in[pos] >= '0' && in[pos] <= '9') {
            pos++;
        }
        if (pos == first) {
            throw broken(pos == end ? "it is cut off" : "an unexpected character");
        }
        return pos - first;
    }

    /** The position moves in a local variable here: this loop sees most of the bytes. */
    private void skipString() {
        tokenStart = pos + 1;
        boolean escaped = false;
        int p = pos + 1;
        while (true) {
            p = skipPlain(p);
            if (p >= end) {
                throw brokenAt(p, "it is cut off");
            }
            byte b = in[p++];
            if (b == '"') {
                break;
            }
            if (b == '\\') {
                escaped = true;
                p = escape(p);
            } else if (b < 0) {
                p = utf8(b & 0xff, p);
            } else if (b < 0x20) {
                throw brokenAt(p - 1, "a control character in a string");
            }
        }
        tokenEnd = p - 1;
        tokenEscaped = escaped;
        pos = p;
    }

    /**
     * Skips bytes of a string that need no second look, eight at a time; stops at the first that may: a quote, a
     * backslash, a control character, the beginning of a longer UTF-8 sequence.
     *
     * <p>Each test raises the highest bit of such a byte. It may raise that of bytes behind it as well, never of one before
     * it, and the first is all that is looked for.
     */
    private int skipPlain(int start) {
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

    private int escape(int p) {
        if (p >= end) {
            throw brokenAt(p, "it is cut off");
        }
        switch (in[p]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                return p + 1;
            }
            case 'u' -> {
                for (int i = 1; i <= 4; i++) {
                    if (p + i >= end || Character.digit(in[p + i], 16) < 0) {
                        throw brokenAt(p, "an escape without four hexadecimal digits");
                    }
                }
                return p + 5;
            }
            default -> throw brokenAt(p, "an unknown escape");
        }
    }

    /** Checks a sequence of two to four bytes by the table of RFC 3629, section 4; {@code p} stands on its second byte. */
    private int utf8(int lead, int p) {
        int low = 0x80;
        int high = 0xbf;
        int more;
        if (lead >= 0xc2 && lead <= 0xdf) {
            more = 1;
        } else if (lead >= 0xe0 && lead <= 0xef) {
            more = 2;
            low = lead == 0xe0 ? 0xa0 : low; // overlong
            high = lead == 0xed ? 0x9f : high; // surrogates
        } else if (lead >= 0xf0 && lead <= 0xf4) {
            more = 3;
            low = lead == 0xf0 ? 0x90 : low; // overlong
            high = lead == 0xf4 ? 0x8f : high; // above U+10FFFF
        } else {
            throw brokenAt(p - 1, "invalid UTF-8");
        }
        for (int i = 0; i < more; i++, p++) {
            if (p >= end || (in[p] & 0xff) < low || (in[p] & 0xff) > high) {
                throw brokenAt(p, "invalid UTF-8");
            }
            low = 0x80;
            high = 0xbf;
        }
        return p;
    }

    private DecodeException brokenAt(int position, String problem) {
        pos = position;
        return broken(problem);
    }
}
