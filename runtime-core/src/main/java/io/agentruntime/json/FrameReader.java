package io.agentruntime.json;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames that are JSON objects, such as {@code {"type":"...","timestamp":"...","data":{...}}}: the header fields at
 * once, the payload when someone asks. The whole frame is checked, so that nothing broken gets past this point, and
 * nothing is lost: {@link JsonFrame#whole()} has the fields that nobody named.
 *
 * <p>Immutable and safe for use by many threads. Costs one copy of the frame and one string for each header field.
 */
public final class FrameReader {

    private final JsonCodec codec;
    private final String what;
    private final String[] headers;
    private final int required;
    private final @Nullable String payload;

    private FrameReader(Builder builder) {
        this.codec = builder.codec;
        this.what = builder.what;
        List<String> names = new ArrayList<>(builder.required);
        names.addAll(builder.optional);
        this.headers = names.toArray(new String[0]);
        this.required = builder.required.size();
        this.payload = builder.payload;
    }

    /**
     * Starts to describe the frames of a protocol.
     *
     * @param what what a frame is called in errors, e.g. {@code gateway frame}
     */
    public static Builder builder(JsonCodec codec, String what) {
        return new Builder(codec, what);
    }

    /**
     * Reads a frame. The buffer is neither changed nor retained.
     *
     * @throws io.agentruntime.error.DecodeException when the frame is not one valid JSON object, a required header field is
     *     absent or {@code null}, or a header field is no string
     */
    public JsonFrame read(ByteBuf frame) {
        return read(ByteBufUtil.getBytes(frame));
    }

    /**
     * Reads a frame. The array is not copied: do not change it.
     *
     * @throws io.agentruntime.error.DecodeException as {@link #read(ByteBuf)}
     */
    public JsonFrame read(byte[] frame) {
        JsonScanner scanner = new JsonScanner(what, frame, 0, frame.length);
        @Nullable String[] values = new @Nullable String[headers.length];
        int payloadStart = -1;
        int payloadEnd = -1;
        scanner.startObject();
        while (scanner.nextMember()) {
            int header = headerNamed(scanner);
            if (header >= 0) {
                values[header] = headerValue(scanner, header);
            } else if (payload != null && scanner.nameIs(payload)) {
                payloadStart = scanner.skipMember();
                payloadEnd = scanner.position();
            } else {
                scanner.skipMember();
            }
        }
        scanner.expectEnd();
        for (int i = 0; i < required; i++) {
            if (values[i] == null) {
                throw scanner.broken("field '" + headers[i] + "' is missing");
            }
        }
        JsonPayload whole = codec.trimmed(what, frame);
        return new JsonFrame(
                headers,
                values,
                payloadStart < 0 ? whole : new JsonPayload(codec, what, frame, payloadStart, payloadEnd),
                whole);
    }

    private int headerNamed(JsonScanner scanner) {
        for (int i = 0; i < headers.length; i++) {
            if (scanner.nameIs(headers[i])) {
                return i;
            }
        }
        return -1;
    }

    private @Nullable String headerValue(JsonScanner scanner, int header) {
        if (scanner.atString()) {
            return scanner.string();
        }
        if (scanner.atNull()) {
            scanner.skipMember();
            return null;
        }
        throw scanner.broken("field '" + headers[header] + "' is no string");
    }

    /** Describes the frames of a protocol. */
    public static final class Builder {

        private final JsonCodec codec;
        private final String what;
        private final List<String> required = new ArrayList<>();
        private final List<String> optional = new ArrayList<>();
        private @Nullable String payload;

        private Builder(JsonCodec codec, String what) {
            this.codec = codec;
            this.what = what;
        }

        /** Adds a header field that must be there and be a string. */
        public Builder required(String field) {
            required.add(field);
            return this;
        }

        /** Adds a header field that is a string, {@code null} or absent. */
        public Builder optional(String field) {
            optional.add(field);
            return this;
        }

        /**
         * Names the field that is the payload, of whatever JSON type. Default: none, then the whole frame is its payload,
         * as it is for a frame that lacks the field.
         */
        public Builder payload(String field) {
            payload = field;
            return this;
        }

        /** The reader described. */
        public FrameReader build() {
            return new FrameReader(this);
        }
    }
}
