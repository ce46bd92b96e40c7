package io.agentruntime.transport;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import java.time.Duration;

/**
 * The limits of a WebSocket connection.
 *
 * @param handshakeTimeout limit of the whole opening: name, TCP, TLS, proxy and upgrade; 10 s by default
 * @param maxMessageBytes largest inbound message, also after inflating; 1 MiB by default. A fragmented message above it is
 *     skipped and reported, a single frame above it ends the connection with close code 1009
 * @param compression whether permessage-deflate is offered; off by default
 * @param windowBytes bytes that may be on their way to the socket: what an urgent message cannot overtake; 64 KiB by default
 * @param maxQueuedBytes bytes that may wait to be sent, 64 bytes a message counted besides; 16 MiB by default
 */
public record WebSocketOptions(
        Duration handshakeTimeout, int maxMessageBytes, boolean compression, int windowBytes, long maxQueuedBytes) {

    /** The most that {@code maxQueuedBytes} can be. */
    private static final long MAX_QUEUE = 1L << 38;

    /** Checks the values. */
    public WebSocketOptions {
        Checks.positive("webSocket.handshakeTimeout", handshakeTimeout);
        Checks.atLeast("webSocket.maxMessageBytes", maxMessageBytes, 125);
        Checks.atLeast("webSocket.windowBytes", windowBytes, 1024);
        if (maxQueuedBytes < 1024 || maxQueuedBytes > MAX_QUEUE) {
            throw new InvalidOptionException("webSocket.maxQueuedBytes", maxQueuedBytes, "must be 1 KiB to 256 GiB");
        }
    }

    /** Every option at its default. */
    public static WebSocketOptions defaults() {
        return builder().build();
    }

    /** A builder with every option at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the options. */
    public static final class Builder {

        private Duration handshakeTimeout = Duration.ofSeconds(10);
        private int maxMessageBytes = 1 << 20;
        private boolean compression;
        private int windowBytes = 64 * 1024;
        private long maxQueuedBytes = 16L << 20;

        private Builder() {}

        /** Limit of the whole opening: name, TCP, TLS, proxy and upgrade; at least 1 ms, 10 s by default. */
        public Builder handshakeTimeout(Duration handshakeTimeout) {
            this.handshakeTimeout = handshakeTimeout;
            return this;
        }

        /** Largest inbound message in bytes, also after inflating; at least 125, 1 MiB by default. */
        public Builder maxMessageBytes(int maxMessageBytes) {
            this.maxMessageBytes = maxMessageBytes;
            return this;
        }

        /** Whether permessage-deflate is offered to the server; off by default. */
        public Builder compression(boolean compression) {
            this.compression = compression;
            return this;
        }

        /** Bytes that may be on their way to the socket; at least 1024, 64 KiB by default. */
        public Builder windowBytes(int windowBytes) {
            this.windowBytes = windowBytes;
            return this;
        }

        /** Bytes that may wait to be sent; a message beyond it fails. 1 KiB to 256 GiB, 16 MiB by default. */
        public Builder maxQueuedBytes(long maxQueuedBytes) {
            this.maxQueuedBytes = maxQueuedBytes;
            return this;
        }

        /** The options; fails when a value cannot work. */
        public WebSocketOptions build() {
            return new WebSocketOptions(handshakeTimeout, maxMessageBytes, compression, windowBytes, maxQueuedBytes);
        }
    }
}
