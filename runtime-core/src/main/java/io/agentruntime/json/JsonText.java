package io.agentruntime.json;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Text out of JSON bytes. */
final class JsonText {

    private static final int EXCERPT_CHARS = 200;

    private JsonText() {}

    /** The text of a string between its quotes, which {@link JsonScanner} has checked. */
    static String decode(byte[] in, int start, int end, boolean escaped) {
        if (!escaped) {
            return new String(in, start, end - start, UTF_8);
        }
        StringBuilder text = new StringBuilder(end - start);
        int from = start;
        int at = start;
        while (at < end) {
            if (in[at] != '\\') {
                at++;
                continue;
            }
            text.append(new String(in, from, at - from, UTF_8));
            text.append(unescape(in, at + 1));
            at += in[at + 1] == 'u' ? 6 : 2;
            from = at;
        }
        return text.append(new String(in, from, end - from, UTF_8)).toString();
    }

    private static char unescape(byte[] in, int at) {
        return switch (in[at]) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) Integer.parseInt(new String(in, at + 1, 4, UTF_8), 16);
            default -> (char) in[at];
        };
    }

    /** The beginning of an input, at most {@value #EXCERPT_CHARS} characters, with a dot for each that does not print. */
    static String excerpt(byte[] in, int start, int end) {
        String text = new String(in, start, Math.min(end - start, 4 * EXCERPT_CHARS), UTF_8);
        StringBuilder excerpt = new StringBuilder(Math.min(text.length(), EXCERPT_CHARS));
        text.codePoints()
                .limit(EXCERPT_CHARS)
                .map(c -> isPrintable(c) ? c : '.')
                .takeWhile(c -> excerpt.length() + Character.charCount(c) <= EXCERPT_CHARS)
                .forEach(excerpt::appendCodePoint);
        return excerpt.toString();
    }

    /** Format characters are left out with the control characters: some of them turn the direction of a log line. */
    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
