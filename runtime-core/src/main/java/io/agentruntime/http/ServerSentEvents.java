package io.agentruntime.http;

import io.agentruntime.error.FrameTooLargeException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * Reads {@code text/event-stream} bodies (HTML Standard, section 9.2.6): {@link #decode} for whole events, {@link Parser}
 * for those who want the data as it comes.
 */
public final class ServerSentEvents {

    private ServerSentEvents() {}

    /**
     * The events of a body. Cold; completes with the body, and an event that the end cut off is dropped, as the standard
     * has it; cancelling cancels the body.
     *
     * @param body the body in pieces, cut anywhere, in the middle of a character too
     * @param maxEventBytes the most data of one event; more fails with {@link FrameTooLargeException}
     * @param option the option that raises the limit, for the error
     */
    public static Flux<ServerSentEvent> decode(Publisher<byte[]> body, int maxEventBytes, String option) {
        return Flux.defer(() -> {
            Collector collector = new Collector(maxEventBytes, option);
            return Flux.from(body).concatMapIterable(collector::read);
        });
    }

    /** What a {@link Parser} finds. */
    public interface Handler {

        /** A piece of the data of the event under way; valid during the call only. */
        void data(byte[] bytes, int from, int to);

        /** The event's end; it had at least one line of data, perhaps an empty one. */
        void event(String type, String lastEventId);
    }

    /** Takes a body piece by piece, cut anywhere. Holds nothing of the data. Not safe for use by many threads at a time. */
    public static final class Parser {

        /** More of a type or id than this is cut off. */
        private static final int MAX_FIELD = 1024;

        private static final byte[] LINE_FEED = {'\n'};
        private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

        private enum Part {
            NAME,
            SPACE,
            VALUE
        }

        private final Handler handler;
        private final StringField name = new StringField();
        private final StringField value = new StringField();
        private Part part = Part.NAME;
        private int marked;
        private boolean skipLineFeed;
        private boolean hasData;
        private String field = "";
        private String type = "";
        private String lastEventId = "";

        public Parser(Handler handler) {
            this.handler = handler;
        }

        /** Whether nothing is held of an event that has not ended. */
        public boolean isBetweenEvents() {
            return part == Part.NAME && name.isEmpty() && !hasData && type.isEmpty();
        }

        /** The next piece of the body. */
        public void feed(byte[] bytes, int from, int to) {
            int at = from;
            while (at < to) {
                byte b = bytes[at];
                if ((marked < BYTE_ORDER_MARK.length && isMark(b)) || (skipLineFeed && b == '\n')) {
                    skipLineFeed = false;
                    at++;
                    continue;
                }
                skipLineFeed = false;
                switch (part) {
                    case NAME -> {
                        name(b);
                        at++;
                    }
                    case SPACE -> {
                        part = Part.VALUE;
                        if (b == ' ') {
                            at++;
                        }
                    }
                    case VALUE -> {
                        int end = endOfLine(bytes, at, to);
                        value(bytes, at, end);
                        at = end;
                        if (end < to) {
                            endLine(bytes[end]);
                            at++;
                        }
                    }
                }
            }
        }

        /** Only the very first bytes can be a mark. What looked like one and was not is part of a name nobody knows. */
        private boolean isMark(byte b) {
            if ((b & 0xFF) == BYTE_ORDER_MARK[marked]) {
                marked++;
                return true;
            }
            marked = BYTE_ORDER_MARK.length;
            return false;
        }

        private void name(byte b) {
            if (b == ':') {
                startValue();
                part = Part.SPACE;
            } else if (b == '\n' || b == '\r') {
                if (name.isEmpty()) {
                    dispatch();
                } else {
                    startValue();
                    endField();
                }
                endLine(b);
            } else {
                name.add(b);
            }
        }

        private void startValue() {
            field = name.take();
            if (field.equals("data")) {
                if (hasData) {
                    handler.data(LINE_FEED, 0, 1);
                }
                hasData = true;
            }
        }

        private void value(byte[] bytes, int from, int to) {
            if (from == to) {
                return;
            }
            if (field.equals("data")) {
                handler.data(bytes, from, to);
            } else if (field.equals("event") || field.equals("id")) {
                for (int at = from; at < to; at++) {
                    value.add(bytes[at]);
                }
            }
        }

        private void endLine(byte end) {
            if (part != Part.NAME) {
                endField();
            }
            part = Part.NAME;
            skipLineFeed = end == '\r';
        }

        private void endField() {
            String text = value.take();
            if (field.equals("event")) {
                type = text;
            } else if (field.equals("id") && text.indexOf('\0') < 0) {
                lastEventId = text;
            }
        }

        private void dispatch() {
            String of = type.isEmpty() ? "message" : type;
            type = "";
            if (hasData) {
                hasData = false;
                handler.event(of, lastEventId);
            }
        }

        private static int endOfLine(byte[] bytes, int from, int to) {
            int at = from;
            while (at < to && bytes[at] != '\n' && bytes[at] != '\r') {
                at++;
            }
            return at;
        }

        /** A short text, put together from its bytes. */
        private static final class StringField {

            private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(16);

            void add(byte b) {
                if (bytes.size() < MAX_FIELD) {
                    bytes.write(b);
                }
            }

            boolean isEmpty() {
                return bytes.size() == 0;
            }

            String take() {
                String text = bytes.toString(StandardCharsets.UTF_8);
                bytes.reset();
                return text;
            }
        }
    }

    private static final class Collector implements Handler {

        private final Parser parser = new Parser(this);
        private final int maxEventBytes;
        private final String option;
        private ByteArrayOutputStream data = new ByteArrayOutputStream();
        private List<ServerSentEvent> found = new ArrayList<>();

        Collector(int maxEventBytes, String option) {
            this.maxEventBytes = maxEventBytes;
            this.option = option;
        }

        List<ServerSentEvent> read(byte[] piece) {
            found = new ArrayList<>();
            parser.feed(piece, 0, piece.length);
            return found;
        }

        @Override
        public void data(byte[] bytes, int from, int to) {
            if (data.size() + (to - from) > maxEventBytes) {
                throw new FrameTooLargeException("An event of the stream", maxEventBytes, option);
            }
            data.write(bytes, from, to - from);
        }

        @Override
        public void event(String type, String lastEventId) {
            found.add(new ServerSentEvent(type, data.toByteArray(), lastEventId));
            data = new ByteArrayOutputStream();
        }
    }
}
