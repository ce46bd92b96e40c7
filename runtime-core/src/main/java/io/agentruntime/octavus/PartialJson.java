package io.agentruntime.octavus;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON that arrives piece by piece, read as far as it has come. Immutable: {@link #append} gives another one, at a cost that
 * depends on what is appended and not on what was there before.
 *
 * <p>Tolerant of what is missing at the end, and of nothing else: from the first character that cannot stand where it stands,
 * {@link #isBroken()} is true and the value stays as it was. Values are unmodifiable maps and lists, strings, {@link Long},
 * {@link BigInteger} or {@link BigDecimal}, booleans, and {@code null}.
 */
final class PartialJson {

    /** The deepest nesting, as everywhere else. */
    private static final int MAX_DEPTH = 200;

    /** The longest number, as everywhere else. */
    private static final int MAX_NUMBER = 1000;

    static final PartialJson EMPTY = new PartialJson(Mode.VALUE, null, AppendableText.EMPTY, "", null, false);

    /** What may come next. */
    private enum Mode {
        VALUE,
        FIRST_ELEMENT,
        FIRST_KEY,
        KEY,
        COLON,
        COMMA,
        IN_KEY,
        IN_STRING,
        IN_WORD,
        DONE,
        BROKEN
    }

    /** An open array or object, inside its {@code parent}: what is complete in it, and the key that waits for its value. */
    private record Frame(
            @Nullable Frame parent,
            int depth,
            boolean object,
            PersistentList<@Nullable Object> values,
            PersistentList<String> keys,
            @Nullable String key) {

        static Frame open(@Nullable Frame parent, boolean object) {
            int depth = parent == null ? 1 : parent.depth + 1;
            return new Frame(parent, depth, object, PersistentList.empty(), PersistentList.empty(), null);
        }

        Frame key(String name) {
            return new Frame(parent, depth, object, values, keys, name);
        }

        Frame plus(@Nullable Object value) {
            PersistentList<String> names = key == null ? keys : keys.plus(key);
            return new Frame(parent, depth, object, values.plus(value), names, null);
        }

        Object value() {
            if (!object) {
                return values;
            }
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                map.put(keys.get(i), values.get(i));
            }
            return Collections.unmodifiableMap(map);
        }
    }

    private final Mode mode;
    private final @Nullable Frame open;
    private final AppendableText token;
    private final String escape;
    private final @Nullable Object complete;
    private final boolean begun;

    private PartialJson(
            Mode mode,
            @Nullable Frame open,
            AppendableText token,
            String escape,
            @Nullable Object complete,
            boolean begun) {
        this.mode = mode;
        this.open = open;
        this.token = token;
        this.escape = escape;
        this.complete = complete;
        this.begun = begun;
    }

    /** The same JSON with more of it. */
    PartialJson append(String more) {
        if (more.isEmpty() || mode == Mode.BROKEN) {
            return this;
        }
        return new Reading(this, more).read();
    }

    /** Whether a whole document has come. A number at the top is never known to be whole. */
    boolean isComplete() {
        return mode == Mode.DONE;
    }

    /** Whether something came that cannot stand in JSON. */
    boolean isBroken() {
        return mode == Mode.BROKEN;
    }

    /** Whether there is a value yet; it may be {@code null}. */
    boolean hasValue() {
        return begun;
    }

    /** What has come so far: an unfinished string is cut, an unfinished word and a key without value are left out. */
    @Nullable
    Object value() {
        Frame frame = open;
        if (mode == Mode.DONE || (mode == Mode.BROKEN && frame == null)) {
            return complete;
        }
        boolean present = mode == Mode.IN_STRING;
        Object value = present ? token.toString() : null;
        if (mode == Mode.IN_WORD && isNumber(token)) {
            value = number(token.toString());
            present = value != null;
        }
        while (frame != null) {
            value = present ? frame.plus(value).value() : frame.value();
            present = true;
            frame = frame.parent();
        }
        return value;
    }

    private static boolean isNumber(AppendableText word) {
        char first = word.toString().charAt(0);
        return first == '-' || (first >= '0' && first <= '9');
    }

    private static @Nullable Number number(String digits) {
        try {
            if (digits.chars().anyMatch(c -> c == '.' || c == 'e' || c == 'E')) {
                return new BigDecimal(digits);
            }
            return digits.length() < 19 ? Long.valueOf(digits) : new BigInteger(digits);
        } catch (NumberFormatException e) {
            return null; // "-" or "1e": more is to come
        }
    }

    /** Goes over one piece of the text. */
    private static final class Reading {

        private final String in;
        private int at;
        private Mode mode;
        private @Nullable Frame open;
        private AppendableText token;
        private String escape;
        private @Nullable Object complete;
        private boolean begun;

        Reading(PartialJson from, String in) {
            this.in = in;
            this.mode = from.mode;
            this.open = from.open;
            this.token = from.token;
            this.escape = from.escape;
            this.complete = from.complete;
            this.begun = from.begun;
        }

        PartialJson read() {
            while (at < in.length() && mode != Mode.BROKEN) {
                switch (mode) {
                    case IN_KEY, IN_STRING -> text();
                    case IN_WORD -> word();
                    default -> structure(in.charAt(at));
                }
            }
            return new PartialJson(mode, open, token, escape, complete, begun);
        }

        private void structure(char c) {
            if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
                at++;
                return;
            }
            switch (mode) {
                case VALUE -> value(c);
                case FIRST_ELEMENT -> {
                    if (c == ']') {
                        close(c);
                    } else {
                        value(c);
                    }
                }
                case FIRST_KEY, KEY -> {
                    if (c == '}' && mode == Mode.FIRST_KEY) {
                        close(c);
                    } else {
                        key(c);
                    }
                }
                case COLON -> expect(c, ':', Mode.VALUE);
                case COMMA -> comma(c);
                default -> mode = Mode.BROKEN; // something follows the document
            }
        }

        private void expect(char c, char wanted, Mode next) {
            mode = c == wanted ? next : Mode.BROKEN;
            at++;
        }

        private void comma(char c) {
            Frame frame = open;
            if (frame == null) {
                mode = Mode.BROKEN;
            } else if (c == ',') {
                mode = frame.object() ? Mode.KEY : Mode.VALUE;
                at++;
            } else {
                close(c);
            }
        }

        private void key(char c) {
            token = AppendableText.EMPTY;
            expect(c, '"', Mode.IN_KEY);
        }

        private void value(char c) {
            begun = true;
            if (c == '{' || c == '[') {
                open = Frame.open(open, c == '{');
                mode = c == '{' ? Mode.FIRST_KEY : Mode.FIRST_ELEMENT;
                if (open.depth() > MAX_DEPTH) {
                    open = open.parent();
                    mode = Mode.BROKEN;
                }
                at++;
            } else if (c == '"') {
                token = AppendableText.EMPTY;
                mode = Mode.IN_STRING;
                at++;
            } else if (isWordStart(c)) {
                token = AppendableText.EMPTY;
                mode = Mode.IN_WORD;
            } else {
                mode = Mode.BROKEN;
            }
        }

        private static boolean isWordStart(char c) {
            return c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' || c == 'n';
        }

        private void close(char c) {
            Frame frame = open;
            if (frame == null || c != (frame.object() ? '}' : ']')) {
                mode = Mode.BROKEN;
                return;
            }
            at++;
            open = frame.parent();
            completed(frame.value());
        }

        private void completed(@Nullable Object value) {
            token = AppendableText.EMPTY;
            if (open == null) {
                complete = value;
                mode = Mode.DONE;
            } else {
                open = open.plus(value);
                mode = Mode.COMMA;
            }
        }

        private void text() {
            if (!escape.isEmpty()) {
                escaped();
                return;
            }
            int from = at;
            while (at < in.length() && in.charAt(at) != '"' && in.charAt(at) != '\\') {
                at++;
            }
            token = token.append(in, from, at);
            if (at == in.length()) {
                return;
            }
            if (in.charAt(at++) == '\\') {
                escape = "\\";
            } else if (mode == Mode.IN_STRING) {
                completed(token.toString());
            } else if (open != null) {
                open = open.key(token.toString());
                mode = Mode.COLON;
            }
        }

        /** One more character of an escape, which may be cut anywhere. */
        private void escaped() {
            char c = in.charAt(at++);
            if (escape.length() == 1 && c != 'u') {
                int which = "\"\\/bfnrt".indexOf(c);
                if (which < 0) {
                    mode = Mode.BROKEN;
                    return;
                }
                token = token.append(String.valueOf("\"\\/\b\f\n\r\t".charAt(which)));
                escape = "";
                return;
            }
            if (escape.length() > 1 && Character.digit(c, 16) < 0) {
                mode = Mode.BROKEN;
                return;
            }
            escape += c;
            if (escape.length() == 6) {
                token = token.append(String.valueOf((char) Integer.parseInt(escape.substring(2), 16)));
                escape = "";
            }
        }

        private void word() {
            int from = at;
            while (at < in.length() && isWordPart(in.charAt(at))) {
                at++;
            }
            token = token.append(in, from, at);
            if (token.length() > MAX_NUMBER) {
                mode = Mode.BROKEN;
            } else if (at < in.length()) {
                wordEnded(token.toString());
            }
        }

        private static boolean isWordPart(char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '-' || c == '+' || c == '.';
        }

        private void wordEnded(String word) {
            switch (word) {
                case "true" -> completed(true);
                case "false" -> completed(false);
                case "null" -> completed(null);
                default -> {
                    Number number = isNumber(token) ? number(word) : null;
                    if (number == null) {
                        mode = Mode.BROKEN;
                    } else {
                        completed(number);
                    }
                }
            }
        }
    }
}
