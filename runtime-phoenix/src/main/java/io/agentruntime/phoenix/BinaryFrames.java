package io.agentruntime.phoenix;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agentruntime.error.DecodeException;
import io.agentruntime.transport.OutboundMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/**
 * The binary frames of version 2. One byte for the kind, one for the length of each field of the header, then the fields,
 * then the data, which is copied once.
 */
final class BinaryFrames {

    private static final int PUSH = 0;
    private static final int REPLY = 1;
    private static final int BROADCAST = 2;
    private static final int LONGEST_FIELD = 255;

    private BinaryFrames() {}

    /** A push to the server. Errors: {@link HeaderTooLongException}. */
    static OutboundMessage push(String joinRef, String ref, String topic, String event, Object data) {
        byte[][] header = {field("join_ref", joinRef), field("ref", ref), field("topic", topic), field("event", event)};
        return OutboundMessage.binary(allocator -> write(allocator, header, data));
    }

    private static byte[] field(String name, String value) {
        byte[] bytes = value.getBytes(UTF_8);
        if (bytes.length > LONGEST_FIELD) {
            throw new HeaderTooLongException(name, bytes.length);
        }
        return bytes;
    }

    private static ByteBuf write(ByteBufAllocator allocator, byte[][] header, Object data) {
        int size = 1 + header.length + size(data);
        for (byte[] field : header) {
            size += field.length;
        }
        ByteBuf frame = allocator.buffer(size);
        try {
            frame.writeByte(PUSH);
            for (byte[] field : header) {
                frame.writeByte(field.length);
            }
            for (byte[] field : header) {
                frame.writeBytes(field);
            }
            writeData(frame, data);
            return frame;
        } catch (RuntimeException e) {
            frame.release();
            throw e;
        }
    }

    private static int size(Object data) {
        if (data instanceof byte[] bytes) {
            return bytes.length;
        }
        return data instanceof ByteBuf buffer ? buffer.readableBytes() : ((ByteBuffer) data).remaining();
    }

    private static void writeData(ByteBuf frame, Object data) {
        if (data instanceof byte[] bytes) {
            frame.writeBytes(bytes);
        } else if (data instanceof ByteBuf buffer) {
            frame.writeBytes(buffer, buffer.readerIndex(), buffer.readableBytes());
        } else {
            frame.writeBytes(((ByteBuffer) data).duplicate());
        }
    }

    /** Reads a push, reply or broadcast of the server. Errors: {@link DecodeException}. */
    static PhoenixMessage read(ByteBuf frame) {
        Cursor in = new Cursor(frame);
        int kind = in.unsignedByte();
        return switch (kind) {
            case PUSH -> {
                String[] header = in.fields(3);
                yield PhoenixMessage.of(orNull(header[0]), null, header[1], header[2], in.rest());
            }
            case REPLY -> {
                String[] header = in.fields(4);
                yield PhoenixMessage.binaryReply(orNull(header[0]), orNull(header[1]), header[2], header[3], in.rest());
            }
            case BROADCAST -> {
                String[] header = in.fields(2);
                yield PhoenixMessage.of(null, null, header[0], header[1], in.rest());
            }
            default -> throw broken("its kind is " + kind);
        };
    }

    private static @Nullable String orNull(String field) {
        return field.isEmpty() ? null : field;
    }

    private static DecodeException broken(String problem) {
        return new DecodeException("binary Phoenix frame", problem, "", null);
    }

    private static final class Cursor {

        private final ByteBuf frame;
        private final int end;
        private int at;

        private Cursor(ByteBuf frame) {
            this.frame = frame;
            this.at = frame.readerIndex();
            this.end = frame.writerIndex();
        }

        private int unsignedByte() {
            return frame.getUnsignedByte(advance(1));
        }

        private int advance(int bytes) {
            if (end - at < bytes) {
                throw broken("it is cut off");
            }
            int from = at;
            at += bytes;
            return from;
        }

        private String[] fields(int count) {
            int[] lengths = new int[count];
            for (int i = 0; i < count; i++) {
                lengths[i] = unsignedByte();
            }
            String[] fields = new String[count];
            for (int i = 0; i < count; i++) {
                fields[i] = text(lengths[i]);
            }
            return fields;
        }

        private String text(int length) {
            int from = advance(length);
            try {
                return UTF_8.newDecoder()
                        .decode(ByteBuffer.wrap(ByteBufUtil.getBytes(frame, from, length)))
                        .toString();
            } catch (CharacterCodingException e) {
                throw broken("a field of its header is no UTF-8");
            }
        }

        private Payload rest() {
            return Payload.binary(ByteBufUtil.getBytes(frame, at, end - at, true));
        }
    }
}
