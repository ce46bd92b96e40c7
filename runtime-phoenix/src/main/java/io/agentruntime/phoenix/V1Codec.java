package io.agentruntime.phoenix;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.json.FrameReader;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonFrame;
import io.agentruntime.transport.OutboundMessage;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Version 1: {@code {"topic","event","payload","ref"}}. It knows no join references and no binary frames. */
final class V1Codec implements WireCodec {

    private static final String WHAT = "Phoenix frame";

    private final JsonCodec json;
    private final FrameReader reader;

    V1Codec(JsonCodec json) {
        this.json = json;
        this.reader = FrameReader.builder(json, WHAT)
                .required("topic")
                .required("event")
                .optional("ref")
                .payload("payload")
                .build();
    }

    @Override
    public OutboundMessage encode(@Nullable String joinRef, String ref, String topic, String event, Object payload) {
        if (WireCodec.isBinary(payload)) {
            // It would crash the channel.
            throw new InvalidOptionException("serializer", PhoenixSerializer.V1, "must be V2 where bytes are pushed");
        }
        Map<String, Object> frame = new LinkedHashMap<>();
        frame.put("topic", topic);
        frame.put("event", event);
        frame.put("payload", payload);
        frame.put("ref", ref);
        return OutboundMessage.text(allocator -> json.encode(frame, allocator));
    }

    @Override
    public PhoenixMessage readText(ByteBuf frame) {
        JsonFrame read = reader.read(frame);
        if (read.payload().equals(read.whole())) {
            throw new DecodeException(WHAT, "field 'payload' is missing", "", null);
        }
        return PhoenixMessage.of(
                null, read.header("ref"), read.required("topic"), read.required("event"), Payload.json(read.payload()));
    }

    @Override
    public PhoenixMessage readBinary(ByteBuf frame) {
        throw new DecodeException(
                WHAT, "a binary frame of " + frame.readableBytes() + " bytes, version 1 has none", "", null);
    }
}
