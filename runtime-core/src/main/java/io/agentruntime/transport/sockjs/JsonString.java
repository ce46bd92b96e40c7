package io.agentruntime.transport.sockjs;

import io.agentruntime.error.FrameTooLargeException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One JSON string (RFC 8259, section 7), unescaped from UTF-8 to UTF-8 as it arrives, and the way back. What is no
 * escape is taken as it is; half a surrogate pair becomes U+FFFD.
 */
final class JsonString {

    /** The largest string, and how it is called. */
    record Limit(int maxBytes, String option) {}

    /** What has been read so far. */
    enum State {
        OPEN,
        COMPLETE,
        TOO_LARGE,
        MALFORMED
    }

    /** A buffer grown beyond this is not kept for the next string. */
    private static final int KEPT = 64 * 1024;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int NO_ESCAPE = -1;

    private final Limit limit;
    private byte[] out = new byte[256];
    private int size;
    private boolean discarding;
    private State state = State.OPEN;

    /** How many bytes behind the backslash have been read, {@link #NO_ESCAPE} outside an escape. */
    private int escape = NO_ESCAPE;

    private int unit;
    private char high;

    JsonString(Limit limit) {
        this.limit = limit;
    }

    State state() {
        return state;
    }

    FrameTooLargeException tooLarge() {
        return new FrameTooLargeException("An inbound message", limit.maxBytes(), limit.option());
    }

    void reset() {
        size = 0;
        discarding = false;
        state = State.OPEN;
        escape = NO_ESCAPE;
        high = 0;
        if (out.length > KEPT) {
            out = new byte[256];
        }
    }

    /** The string, which begins anew. */
    byte[] take() {
        byte[] text = Arrays.copyOf(out, size);
        reset();
        return text;
    }

    /** Reads up to the closing quote, which it takes; answers where it stopped. */
    int read(byte[] in, int from, int to) {
        int pos = from;
        while (pos < to && state == State.OPEN) {
            if (escape != NO_ESCAPE) {
                escaped(in[pos]);
                if (state == State.OPEN) {
                    // What does not belong to an escape is left in place: a line feed ends the frame.
                    pos++;
                }
                continue;
            }
            int end = plain(in, pos, to);
            if (end > pos) {
                endPair();
                append(in, pos, end);
            }
            pos = end;
            if (pos < to) {
                byte b = in[pos++];
                if (b == '\\') {
                    escape = 0;
                } else if (b == '"') {
                    endPair();
                    state = discarding ? State.TOO_LARGE : State.COMPLETE;
                } else {
                    // Left in place: a line feed ends the frame.
                    pos--;
                    state = State.MALFORMED;
                }
            }
        }
        return pos;
    }

    private static int plain(byte[] in, int from, int to) {
        int pos = from;
        while (pos < to && in[pos] != '"' && in[pos] != '\\' && (in[pos] < 0 || in[pos] >= ' ')) {
            pos++;
        }
        return pos;
    }

    private void escaped(byte b) {
        if (escape == 0) {
            if (b == 'u') {
                escape = 1;
                unit = 0;
                return;
            }
            endPair();
            escape = NO_ESCAPE;
            simple(b);
            return;
        }
        int digit = Character.digit(b, 16);
        if (digit < 0) {
            state = State.MALFORMED;
            return;
        }
        unit = unit << 4 | digit;
        if (++escape == 5) {
            escape = NO_ESCAPE;
            unit((char) unit);
        }
    }

    private void simple(byte b) {
        switch (b) {
            case '"', '\\', '/' -> append(b);
            case 'b' -> append('\b');
            case 'f' -> append('\f');
            case 'n' -> append('\n');
            case 'r' -> append('\r');
            case 't' -> append('\t');
            default -> state = State.MALFORMED;
        }
    }

    private void unit(char c) {
        if (Character.isLowSurrogate(c) && high != 0) {
            int codePoint = Character.toCodePoint(high, c);
            high = 0;
            character(codePoint);
            return;
        }
        endPair();
        if (Character.isHighSurrogate(c)) {
            high = c;
        } else {
            character(Character.isSurrogate(c) ? 0xFFFD : c);
        }
    }

    private void endPair() {
        if (high != 0) {
            high = 0;
            character(0xFFFD);
        }
    }

    private void character(int c) {
        if (c < 0x80) {
            append(c);
        } else if (c < 0x800) {
            append(0xC0 | (c >> 6));
            append(continuation(c));
        } else if (c < 0x10000) {
            append(0xE0 | (c >> 12));
            append(continuation(c >> 6));
            append(continuation(c));
        } else {
            append(0xF0 | (c >> 18));
            append(continuation(c >> 12));
            append(continuation(c >> 6));
            append(continuation(c));
        }
    }

    private static int continuation(int c) {
        return 0x80 | (c & 0x3F);
    }

    private void append(int b) {
        if (room(1)) {
            out[size++] = (byte) b;
        }
    }

    private void append(byte[] in, int from, int to) {
        if (room(to - from)) {
            System.arraycopy(in, from, out, size, to - from);
            size += to - from;
        }
    }

    private boolean room(int more) {
        if (discarding || more > limit.maxBytes() - size) {
            discarding = true;
            size = 0;
            return false;
        }
        if (size + more > out.length) {
            out = Arrays.copyOf(out, Math.max(size + more, (int) Math.min(limit.maxBytes(), 2L * out.length)));
        }
        return true;
    }

    /** Writes a text, which is UTF-8, as a JSON string. */
    static void write(ByteBuf text, OutputStream to) {
        byte[] in = text.hasArray() ? text.array() : ByteBufUtil.getBytes(text);
        int from = text.hasArray() ? text.arrayOffset() + text.readerIndex() : 0;
        int end = from + text.readableBytes();
        try {
            to.write('"');
            while (from < end) {
                int special = plain(in, from, end);
                to.write(in, from, special - from);
                if (special < end) {
                    to.write(escape(in[special]));
                }
                from = special + 1;
            }
            to.write('"');
        } catch (IOException e) {
            // Neither of the two streams that are written to here ever throws.
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] escape(byte b) {
        return switch (b) {
            case '"', '\\' -> new byte[] {'\\', b};
            case '\n' -> new byte[] {'\\', 'n'};
            default -> new byte[] {'\\', 'u', '0', '0', HEX[b >> 4], HEX[b & 0xF]};
        };
    }
}
