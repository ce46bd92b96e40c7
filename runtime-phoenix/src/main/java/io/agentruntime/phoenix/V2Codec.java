package io.agentruntime.phoenix;

import io.agentruntime.json.ArrayFrameReader;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonFrame;
import io.agentruntime.transport.OutboundMessage;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Version 2: {@code [join_ref, ref, topic, event, payload]}, and {@link BinaryFrames}. */
final class V2Codec implements WireCodec {

    private final JsonCodec json;
    private final ArrayFrameReader reader;

    V2Codec(JsonCodec json) {
        this.json = json;
        this.reader = ArrayFrameReader.builder(json, "Phoenix frame")
                .optional("join_ref")
                .optional("ref")
                .required("topic")
                .required("event")
                .build();
    }

    @Override
    public OutboundMessage encode(@Nullable String joinRef, String ref, String topic, String event, Object payload) {
        return WireCodec.isBinary(payload)
                ? BinaryFrames.push(joinRef == null ? "" : joinRef, ref, topic, event, payload)
                : OutboundMessage.text(allocator -> json.encodeArray(allocator, joinRef, ref, topic, event, payload));
    }

    @Override
    public PhoenixMessage readText(ByteBuf frame) {
        JsonFrame read = reader.read(frame);
        return PhoenixMessage.of(
                read.header("join_ref"),
                read.header("ref"),
                read.required("topic"),
                read.required("event"),
                Payload.json(read.payload()));
    }

    @Override
    public PhoenixMessage readBinary(ByteBuf frame) {
        return BinaryFrames.read(frame);
    }
}
