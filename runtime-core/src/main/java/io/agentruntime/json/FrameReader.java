package io.agentruntime.json;

import io.agentruntime.error.DecodeException;
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
    private final JsonName[] headerNames;
    private final @Nullable JsonName payload;

    private FrameReader(Builder builder) {
        this.codec = builder.codec;
        this.what = builder.what;
        List<String> names = new ArrayList<>(builder.required);
        names.addAll(builder.optional);
        this.headers = names.toArray(new String[0]);
        this.required = builder.required.size();
        this.headerNames = JsonName.of(headers);
        this.payload = builder.payload == null ? null : JsonName.of(builder.payload);
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
     * @throws DecodeException when the frame is not one valid JSON object, a required header field is
     *     absent or {@code null}, or a header field is no string
     */
    public JsonFrame read(ByteBuf frame) {
        return read(ByteBufUtil.getBytes(frame));
    }

    /**
     * Reads a frame. The array is not copied: do not change it.
     *
     * @throws DecodeException as {@link #read(ByteBuf)}
     */
    public JsonFrame read(byte[] frame) {
        JsonScanner scanner = new JsonScanner(what, frame, 0, frame.length);
        @Nullable String[] values = new @Nullable String[headers.length];
        int payloadStart = -1;
        int payloadEnd = -1;
        scanner.startObject();
        while (scanner.nextMember()) {
            int header = scanner.nameIn(headerNames, 0);
            if (header >= 0) {
                values[header] = headerValue(scanner, header);
            } else if (payload != null && scanner.nameIs(payload)) {
                payloadStart = scanner.skipValue();
                payloadEnd = scanner.position();
            } else {
                scanner.skipValue();
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

    /**
     * The text of the first field of the payload, when it has this name, without a look at what follows: to tell where a
     * frame belongs, before it is read there.
     *
     * @return {@code null} when there is no such text; {@link #read(byte[])} tells what else the frame is
     */
    public @Nullable String leadingText(byte[] frame, JsonName name) {
        JsonScanner scanner = new JsonScanner(what, frame, 0, frame.length);
        try {
            scanner.startObject();
            while (scanner.nextMember()) {
                if (payload != null && scanner.nameIs(payload)) {
                    boolean found = scanner.atObject() && firstMemberIs(scanner, name) && scanner.atString();
                    return found ? scanner.string() : null;
                }
                scanner.skipValue();
            }
            return null;
        } catch (DecodeException e) {
            return null;
        }
    }

    private static boolean firstMemberIs(JsonScanner scanner, JsonName name) {
        scanner.startObject();
        return scanner.nextMember() && scanner.nameIs(name);
    }

    /**
     * Reads string fields of the payload and nothing else, in one pass that checks the whole frame as {@link #read(byte[])}
     * does: for frames that come so often that it matters. The array is not copied: do not change it.
     *
     * @return {@code null} for a frame that is not of the usual form: a header field or the payload comes twice or is of
     *     another type, or one of the fields asked for is no string. {@link #read(byte[])} tells what to make of it
     * @throws DecodeException when the frame is not one valid JSON object
     */
    public @Nullable JsonTexts payloadTexts(byte[] frame, JsonName... names) {
        JsonScanner scanner = new JsonScanner(what, frame, 0, frame.length);
        int[] spans = new int[2 * names.length];
        int seen = 0;
        boolean payloadSeen = false;
        scanner.startObject();
        while (scanner.nextMember()) {
            int header = scanner.nameIn(headerNames, 0);
            if (header >= 0) {
                if (!scanner.atString() || (seen & 1 << header) != 0) {
                    return null;
                }
                seen |= 1 << header;
                scanner.skipValue();
            } else if (payload != null && scanner.nameIs(payload)) {
                if (payloadSeen || !scanner.atObject() || !JsonPayload.find(scanner, names, spans)) {
                    return null;
                }
                payloadSeen = true;
            } else {
                scanner.skipValue();
            }
        }
        scanner.expectEnd();
        int wanted = (1 << required) - 1;
        return payloadSeen && (seen & wanted) == wanted ? new JsonTexts(frame, spans) : null;
    }

    private @Nullable String headerValue(JsonScanner scanner, int header) {
        if (scanner.atString()) {
            return scanner.string();
        }
        if (scanner.atNull()) {
            scanner.skipValue();
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
