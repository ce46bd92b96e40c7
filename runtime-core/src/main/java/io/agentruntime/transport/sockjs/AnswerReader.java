package io.agentruntime.transport.sockjs;

import io.agentruntime.http.ServerSentEvents;

/** Takes the bytes of receiving answers to a {@link FrameDecoder}, one answer after the other. */
interface AnswerReader {

    void feed(byte[] piece);

    /** Whether the answer can end here, without having been cut in the middle of a frame; the next begins anew. */
    boolean endAnswer();

    /** Frames that end with a line feed. */
    static AnswerReader lines(FrameDecoder decoder) {
        return new AnswerReader() {
            @Override
            public void feed(byte[] piece) {
                decoder.feed(piece, 0, piece.length);
            }

            @Override
            public boolean endAnswer() {
                return decoder.isBetweenFrames();
            }
        };
    }

    /** Frames that are the data of events. */
    static AnswerReader events(FrameDecoder decoder) {
        return new Events(decoder);
    }

    /**
     * The data of events, in which {@code %}, CR, LF and NUL are percent-escaped. Those four are decoded and nothing else:
     * a server that escapes nothing means what it sends.
     */
    final class Events implements AnswerReader, ServerSentEvents.Handler {

        private final FrameDecoder decoder;
        private ServerSentEvents.Parser parser = new ServerSentEvents.Parser(this);

        /** The beginning of an escape that was cut: its {@code %}, and perhaps its first digit. */
        private final byte[] escape = new byte[3];

        private int escaped;

        private Events(FrameDecoder decoder) {
            this.decoder = decoder;
        }

        @Override
        public void feed(byte[] piece) {
            parser.feed(piece, 0, piece.length);
        }

        @Override
        public boolean endAnswer() {
            boolean whole = parser.isBetweenEvents();
            parser = new ServerSentEvents.Parser(this);
            return whole;
        }

        @Override
        public void data(byte[] bytes, int from, int to) {
            int plain = from;
            for (int at = from; at < to; at++) {
                if (escaped == 0 && bytes[at] != '%') {
                    continue;
                }
                if (escaped == 0) {
                    decoder.feed(bytes, plain, at);
                }
                escape(bytes[at]);
                plain = at + 1;
            }
            decoder.feed(bytes, plain, to);
        }

        private void escape(byte b) {
            if (b == '%' && escaped > 0) {
                flush();
            }
            escape[escaped++] = b;
            if (escaped == 3) {
                int code = code();
                if (code >= 0) {
                    escape[0] = (byte) code;
                    escaped = 1;
                }
                flush();
            }
        }

        private int code() {
            int high = Character.digit(escape[1], 16);
            int low = Character.digit(escape[2], 16);
            int code = high < 0 || low < 0 ? -1 : high << 4 | low;
            return code == '%' || code == '\r' || code == '\n' || code == 0 ? code : -1;
        }

        private void flush() {
            int length = escaped;
            escaped = 0;
            decoder.feed(escape, 0, length);
        }

        @Override
        public void event(String type, String lastEventId) {
            flush();
            decoder.endOfFrame();
        }
    }
}
