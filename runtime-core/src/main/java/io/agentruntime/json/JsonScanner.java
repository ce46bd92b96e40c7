package io.agentruntime.json;

import io.agentruntime.error.DecodeException;
import java.util.Arrays;

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

    private final String what;
    private final byte[] in;
    private final int start;
    private final int end;
    private int pos;

    private int depth;
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

    /** Enters the object that must stand here; at its end the scanner is back in what is around it. */
    void startObject() {
        start('{', "it is not an object");
    }

    /** Enters the array that must stand here; at its end the scanner is back in what is around it. */
    void startArray() {
        start('[', "it is not an array");
    }

    private void start(char open, String otherwise) {
        if (next() != open) {
            throw broken(otherwise);
        }
        depth++;
        enter(depth);
        firstMember = true;
    }

    /** Goes to the value of the next member of the object entered, its name being the current one; false at its end. */
    boolean nextMember() {
        if (atEnd('}')) {
            return false;
        }
        name(in[pos]);
        nameStart = tokenStart;
        nameEnd = tokenEnd;
        nameEscaped = tokenEscaped;
        next();
        return true;
    }

    /** Goes to the next element of the array entered; false at its end. */
    boolean nextElement() {
        return !atEnd(']');
    }

    private boolean atEnd(char close) {
        byte b = next();
        if (b == close) {
            pos++;
            depth--;
            firstMember = false; // of what is around it
            return true;
        }
        if (!firstMember) {
            expectComma(b);
        }
        firstMember = false;
        return false;
    }

    /** Whether the current member has this name. */
    boolean nameIs(JsonName name) {
        byte[] text = name.text;
        return nameEscaped
                ? name().equals(name.toString())
                : Arrays.equals(in, nameStart, nameEnd, text, 0, text.length);
    }

    /** Which of the names the current member has, tried from {@code expected} on; -1 for none. */
    int nameIn(JsonName[] names, int expected) {
        for (int i = expected; i < names.length; i++) {
            if (nameIs(names[i])) {
                return i;
            }
        }
        for (int i = 0; i < expected; i++) {
            if (nameIs(names[i])) {
                return i;
            }
        }
        return -1;
    }

    /** The name of the current member. */
    String name() {
        return JsonText.decode(in, nameStart, nameEnd, nameEscaped);
    }

    /** Skips the value of the member or element; answers where it starts, and it ends at {@link #position()}. */
    int skipValue() {
        int valueStart = pos;
        value(depth);
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

    /** Reads the string that stands here; one that has come before need not be made again. */
    String string(Recurring known) {
        skipString();
        return tokenEscaped ? JsonText.decode(in, tokenStart, tokenEnd, true) : known.text(in, tokenStart, tokenEnd);
    }

    /** Skips the string that stands here and notes where its text is, as {@link JsonTexts} wants it. */
    void string(int[] spans, int field) {
        skipString();
        spans[2 * field] = tokenStart;
        spans[2 * field + 1] = tokenEscaped ? ~tokenEnd : tokenEnd;
    }

    /** Whether an object stands here. */
    boolean atObject() {
        return next() == '{';
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

    private void skipString() {
        int after = JsonStrings.end(in, pos + 1, end, this);
        tokenStart = pos + 1;
        tokenEscaped = after < 0;
        pos = tokenEscaped ? ~after : after;
        tokenEnd = pos - 1;
    }

    DecodeException brokenAt(int position, String problem) {
        pos = position;
        return broken(problem);
    }
}
