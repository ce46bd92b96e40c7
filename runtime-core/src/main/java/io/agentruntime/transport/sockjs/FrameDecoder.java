package io.agentruntime.transport.sockjs;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.json.JsonCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import tools.jackson.databind.JsonNode;

/**
 * Reads the frames of a SockJS server in stream: {@code o}, {@code h}, {@code a[...]}, {@code m...}, {@code c[...]}. What
 * arrives may be cut anywhere. Of a frame, however long, only the one message under way is held; each is handed on as soon
 * as its closing quote is there.
 *
 * <p>Messages stay UTF-8 all the way: they are unescaped from bytes to bytes, without a parser's detour over characters.
 * A frame that cannot be read is reported once, and skipped to its end.
 */
final class FrameDecoder {

    /** What the frames say. */
    interface Handler {

        void opened();

        void heartbeat();

        /** A message; the buffer is on the heap and valid during the call, unless it is retained. */
        void message(ByteBuf text);

        /** The server closed the session. */
        void closed(CloseStatus status);

        /** A frame that cannot be read, or a message above the limit: skipped. */
        void skipped(RuntimeClientException error);
    }

    private enum At {
        START,
        /** Behind a frame's content: nothing but white space may follow. */
        END,
        HEARTBEATS,
        ARRAY,
        FIRST,
        ELEMENT,
        STRING,
        BEHIND_STRING,
        CLOSE,
        SKIPPED
    }

    private static final String WHAT = "SockJS frame";
    private static final int MAX_CLOSE_BYTES = 4096;

    private final Handler handler;
    private final boolean delimited;
    private final JsonString string;
    private final ByteArrayOutputStream close = new ByteArrayOutputStream(0);
    private At at = At.START;
    private char type;

    /** A streaming answer begins with 2,048 heartbeats in a row, so that proxies let go of it. */
    private boolean prelude;

    private long frames;

    /**
     * @param delimited whether a line feed ends a frame; otherwise {@link #endOfFrame()} alone does
     * @param limit the largest message
     */
    FrameDecoder(Handler handler, boolean delimited, JsonString.Limit limit) {
        this.handler = handler;
        this.delimited = delimited;
        this.string = new JsonString(limit);
    }

    /** How many frames could be read to their end, preludes not counted. */
    long frames() {
        return frames;
    }

    /** Whether nothing is held of a frame that has not ended. */
    boolean isBetweenFrames() {
        return at == At.START;
    }

    /** A piece of what arrived. The buffer is neither changed nor kept. */
    void feed(ByteBuf piece) {
        if (piece.hasArray()) {
            int from = piece.arrayOffset() + piece.readerIndex();
            feed(piece.array(), from, from + piece.readableBytes());
        } else {
            byte[] copy = ByteBufUtil.getBytes(piece);
            feed(copy, 0, copy.length);
        }
    }

    /** A piece of what arrived. */
    void feed(byte[] in, int from, int to) {
        int pos = from;
        while (pos < to) {
            if (at == At.STRING) {
                pos = string(in, pos, to);
                continue;
            }
            byte b = in[pos++];
            if (delimited && b == '\n') {
                endOfFrame();
            } else if (at == At.CLOSE) {
                close(b);
            } else if (at != At.SKIPPED && !isSpace(b)) {
                token(b);
            }
        }
    }

    /** The frame is over. */
    void endOfFrame() {
        At was = at;
        at = At.START;
        switch (was) {
            case END -> {
                frames++;
                if (type == 'o') {
                    handler.opened();
                }
            }
            case HEARTBEATS -> {
                if (!prelude) {
                    frames++;
                }
                handler.heartbeat();
            }
            case CLOSE -> {
                frames++;
                closed();
            }
            // An empty line is no frame.
            case START, SKIPPED -> {}
            default -> {
                string.reset();
                handler.skipped(broken("it breaks off"));
            }
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }

    private void token(byte b) {
        switch (at) {
            case START -> start((char) b);
            case ARRAY -> expect(b == '[', At.FIRST, "no array follows");
            case FIRST -> {
                if (b == ']') {
                    at = At.END;
                } else {
                    expect(b == '"', At.STRING, "a message is no string");
                }
            }
            case ELEMENT -> expect(b == '"', At.STRING, "a message is no string");
            case BEHIND_STRING -> {
                if (b == ',' && type == 'a') {
                    at = At.ELEMENT;
                } else {
                    expect(b == ']' && type == 'a', At.END, "something else than , or ] follows a message");
                }
            }
            case HEARTBEATS -> {
                prelude = true;
                expect(b == 'h', At.HEARTBEATS, "something follows its end");
            }
            default -> skip("something follows its end");
        }
    }

    private void start(char b) {
        type = b;
        switch (b) {
            case 'o' -> at = At.END;
            case 'h' -> {
                prelude = false;
                at = At.HEARTBEATS;
            }
            case 'a' -> at = At.ARRAY;
            case 'm' -> at = At.ELEMENT;
            case 'c' -> at = At.CLOSE;
            default -> skip("its type is unknown");
        }
    }

    private void expect(boolean fulfilled, At next, String problem) {
        if (fulfilled) {
            at = next;
        } else {
            skip(problem);
        }
    }

    private void skip(String problem) {
        at = At.SKIPPED;
        string.reset();
        handler.skipped(broken(problem));
    }

    private int string(byte[] in, int from, int to) {
        int pos = string.read(in, from, to);
        switch (string.state()) {
            case COMPLETE -> {
                at = type == 'm' ? At.END : At.BEHIND_STRING;
                byte[] text = string.take();
                handler.message(Unpooled.wrappedBuffer(text));
            }
            case TOO_LARGE -> {
                at = type == 'm' ? At.END : At.BEHIND_STRING;
                string.reset();
                handler.skipped(string.tooLarge());
            }
            case MALFORMED -> skip("a message is no valid JSON string");
            case OPEN -> {}
        }
        return pos;
    }

    private void close(byte b) {
        if (close.size() == MAX_CLOSE_BYTES) {
            close.reset();
            skip("its close status is too long");
        } else {
            close.write(b);
        }
    }

    private void closed() {
        byte[] json = close.toByteArray();
        close.reset();
        CloseStatus status;
        try {
            JsonNode pair = JsonCodec.create().payload(WHAT, json).tree();
            if (!pair.path(0).isIntegralNumber() || !pair.path(0).canConvertToInt()) {
                handler.skipped(broken("its close status has no code"));
                return;
            }
            status = new CloseStatus(pair.path(0).asInt(), pair.path(1).asString(""));
        } catch (DecodeException e) {
            handler.skipped(e);
            return;
        }
        handler.closed(status);
    }

    private static DecodeException broken(String problem) {
        return new DecodeException(WHAT, problem, "", null);
    }
}
