package io.agentruntime.json;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames that are JSON arrays, such as {@code ["1","2","topic","event",{...}]}: first the header, then the payload,
 * which is read when someone asks. What {@link FrameReader} promises holds here too; elements behind the payload are only
 * checked.
 */
public final class ArrayFrameReader {

    private final JsonCodec codec;
    private final String what;
    private final String[] headers;
    private final boolean[] required;

    /** What has to be there is what tells frames apart, and mostly the same; what may be absent counts, or answers. */
    private final Recurring recurring = new Recurring();

    private ArrayFrameReader(Builder builder) {
        this.codec = builder.codec;
        this.what = builder.what;
        this.headers = builder.names.toArray(new String[0]);
        this.required = new boolean[headers.length];
        for (int i = 0; i < headers.length; i++) {
            required[i] = builder.required.get(i);
        }
    }

    /**
     * Starts to describe the frames of a protocol.
     *
     * @param what what a frame is called in errors
     */
    public static Builder builder(JsonCodec codec, String what) {
        return new Builder(codec, what);
    }

    /**
     * Reads a frame. The buffer is neither changed nor retained.
     *
     * @throws io.agentruntime.error.DecodeException when the frame is not one valid JSON array, too short, or a header
     *     element is something else than a string, or than {@code null} where that is allowed
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
        scanner.startArray();
        for (int i = 0; i < headers.length; i++) {
            if (!scanner.nextElement()) {
                throw scanner.broken("element '" + headers[i] + "' is missing");
            }
            values[i] = header(scanner, i);
        }
        if (!scanner.nextElement()) {
            throw scanner.broken("the payload is missing");
        }
        int start = scanner.skipValue();
        int end = scanner.position();
        while (scanner.nextElement()) {
            scanner.skipValue();
        }
        scanner.expectEnd();
        return new JsonFrame(
                headers, values, new JsonPayload(codec, what, frame, start, end), codec.trimmed(what, frame));
    }

    private @Nullable String header(JsonScanner scanner, int index) {
        if (scanner.atString()) {
            return required[index] ? scanner.string(recurring) : scanner.string();
        }
        if (required[index] || !scanner.atNull()) {
            throw scanner.broken("element '" + headers[index] + "' is no string");
        }
        scanner.skipValue();
        return null;
    }

    /** Describes the frames of a protocol: the elements of the header in their order; the payload follows them. */
    public static final class Builder {

        private final JsonCodec codec;
        private final String what;
        private final List<String> names = new ArrayList<>();
        private final List<Boolean> required = new ArrayList<>();

        private Builder(JsonCodec codec, String what) {
            this.codec = codec;
            this.what = what;
        }

        /** Adds a header element that must be a string. */
        public Builder required(String element) {
            return add(element, true);
        }

        /** Adds a header element that is a string or {@code null}. */
        public Builder optional(String element) {
            return add(element, false);
        }

        private Builder add(String element, boolean mandatory) {
            names.add(element);
            required.add(mandatory);
            return this;
        }

        /** The reader described. */
        public ArrayFrameReader build() {
            return new ArrayFrameReader(this);
        }
    }
}
