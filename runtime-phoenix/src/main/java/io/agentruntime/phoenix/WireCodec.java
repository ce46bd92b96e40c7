package io.agentruntime.phoenix;

import io.agentruntime.json.JsonCodec;
import io.agentruntime.transport.OutboundMessage;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** How messages look on the wire. Immutable. */
interface WireCodec {

    static WireCodec of(PhoenixSerializer serializer, JsonCodec json) {
        return serializer == PhoenixSerializer.V1 ? new V1Codec(json) : new V2Codec(json);
    }

    /** Whether a payload travels in a binary frame. */
    static boolean isBinary(Object payload) {
        return payload instanceof byte[] || payload instanceof ByteBuf || payload instanceof ByteBuffer;
    }

    /**
     * A message on its way out. Bytes ({@code byte[]}, {@link ByteBuf}, {@link ByteBuffer}) travel in a binary frame and are
     * read, not changed; everything else as JSON.
     *
     * @throws io.agentruntime.error.RuntimeClientException when it cannot travel in this version, before anything is sent;
     *     what Jackson cannot write fails when the message is encoded
     */
    OutboundMessage encode(@Nullable String joinRef, String ref, String topic, String event, Object payload);

    /**
     * Reads a text frame; the buffer is neither changed nor retained.
     *
     * @throws io.agentruntime.error.DecodeException when it is none of this version's
     */
    PhoenixMessage readText(ByteBuf frame);

    /**
     * Reads a binary frame; the buffer is neither changed nor retained.
     *
     * @throws io.agentruntime.error.DecodeException when it is none of this version's
     */
    PhoenixMessage readBinary(ByteBuf frame);
}
