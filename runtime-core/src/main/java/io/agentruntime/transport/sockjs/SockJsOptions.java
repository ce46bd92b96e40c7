package io.agentruntime.transport.sockjs;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import java.time.Duration;
import java.util.List;

/**
 * How a SockJS session is carried. The limits of messages, of the queue and of one WebSocket handshake are those of
 * {@link io.agentruntime.transport.WebSocketOptions}, whatever the transport.
 *
 * @param transports the transports to try, in this order; {@code websocket}, {@code xhr-streaming}, {@code eventsource},
 *     {@code xhr-polling} by default
 * @param infoTimeout limit of {@code GET /info}; 8 s by default
 * @param minOpenTimeout what a transport gets to open at least. Its limit is twice the round trip's time-out, which is
 *     four times the time that {@code /info} took, or 300 ms more than that; 1 s by default
 * @param maxOpenTimeout what a transport gets to open at most; 10 s by default
 * @param sendTimeout limit of one {@code POST .../xhr_send}; 10 s by default
 * @param receiveTimeout how long a receiving answer over HTTP may be silent. Servers send a heartbeat every 25 s; 60 s by
 *     default, zero for no limit
 * @param rememberFor how long the next connects begin with the transport that opened, when it was not the first of the order;
 *     10 min by default, zero for not at all
 * @param maxBatchBytes bytes at which a {@code POST .../xhr_send} takes no more messages; the last one may go beyond. 64 KiB by
 *     default
 */
public record SockJsOptions(
        List<SockJsTransport> transports,
        Duration infoTimeout,
        Duration minOpenTimeout,
        Duration maxOpenTimeout,
        Duration sendTimeout,
        Duration receiveTimeout,
        Duration rememberFor,
        int maxBatchBytes) {

    private static final Duration DAY = Duration.ofDays(1);

    /** Checks the values. */
    public SockJsOptions {
        transports = List.copyOf(transports);
        if (transports.isEmpty() || transports.stream().distinct().count() < transports.size()) {
            throw new InvalidOptionException("sockJs.transports", transports, "must name at least one, each once");
        }
        limit("sockJs.infoTimeout", infoTimeout);
        limit("sockJs.minOpenTimeout", minOpenTimeout);
        limit("sockJs.maxOpenTimeout", maxOpenTimeout);
        limit("sockJs.sendTimeout", sendTimeout);
        if (minOpenTimeout.compareTo(maxOpenTimeout) > 0) {
            throw new InvalidOptionException(
                    "sockJs.minOpenTimeout", minOpenTimeout, "must not be longer than sockJs.maxOpenTimeout");
        }
        limitOrZero("sockJs.receiveTimeout", receiveTimeout);
        limitOrZero("sockJs.rememberFor", rememberFor);
        Checks.atLeast("sockJs.maxBatchBytes", maxBatchBytes, 1);
    }

    private static void limit(String option, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(DAY) > 0) {
            throw new InvalidOptionException(option, value, "must be 1 ms to 1 day");
        }
    }

    private static void limitOrZero(String option, Duration value) {
        if (value.isNegative() || value.compareTo(DAY) > 0) {
            throw new InvalidOptionException(option, value, "must be zero to 1 day");
        }
    }

    /** Every option at its default. */
    public static SockJsOptions defaults() {
        return builder().build();
    }

    /** A builder with every option at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the options. */
    public static final class Builder {

        private List<SockJsTransport> transports = List.of(
                SockJsTransport.WEBSOCKET,
                SockJsTransport.XHR_STREAMING,
                SockJsTransport.EVENTSOURCE,
                SockJsTransport.XHR_POLLING);
        private Duration infoTimeout = Duration.ofSeconds(8);
        private Duration minOpenTimeout = Duration.ofSeconds(1);
        private Duration maxOpenTimeout = Duration.ofSeconds(10);
        private Duration sendTimeout = Duration.ofSeconds(10);
        private Duration receiveTimeout = Duration.ofSeconds(60);
        private Duration rememberFor = Duration.ofMinutes(10);
        private int maxBatchBytes = 64 * 1024;

        private Builder() {}

        /**
         * The transports to try, in this order; {@code websocket}, {@code xhr-streaming}, {@code eventsource}, {@code
         * xhr-polling} by default.
         */
        public Builder transports(SockJsTransport... transports) {
            this.transports = List.of(transports);
            return this;
        }

        /** Limit of {@code GET /info}; 1 ms to 1 day, 8 s by default. */
        public Builder infoTimeout(Duration infoTimeout) {
            this.infoTimeout = infoTimeout;
            return this;
        }

        /** What a transport gets to open at least, however fast {@code /info} was; 1 ms to 1 day, 1 s by default. */
        public Builder minOpenTimeout(Duration minOpenTimeout) {
            this.minOpenTimeout = minOpenTimeout;
            return this;
        }

        /** What a transport gets to open at most, however slow {@code /info} was; 1 ms to 1 day, 10 s by default. */
        public Builder maxOpenTimeout(Duration maxOpenTimeout) {
            this.maxOpenTimeout = maxOpenTimeout;
            return this;
        }

        /** Limit of one {@code POST .../xhr_send}, at which the session ends; 1 ms to 1 day, 10 s by default. */
        public Builder sendTimeout(Duration sendTimeout) {
            this.sendTimeout = sendTimeout;
            return this;
        }

        /**
         * How long a receiving answer over HTTP may be silent before the session ends; zero for no limit, at most 1 day,
         * 60 s by default. Keep it above the server's heartbeat, which is 25 s unless the server is told otherwise.
         */
        public Builder receiveTimeout(Duration receiveTimeout) {
            this.receiveTimeout = receiveTimeout;
            return this;
        }

        /**
         * How long the next connects begin with the transport that opened, when it was not the first of the order: a
         * reconnect then does not wait again for one that cannot open. From then on the order is tried from its beginning, so
         * that a better network is found out. Zero for not at all, at most 1 day, 10 min by default.
         */
        public Builder rememberFor(Duration rememberFor) {
            this.rememberFor = rememberFor;
            return this;
        }

        /** Bytes at which a {@code POST .../xhr_send} takes no more messages; the last one may go beyond. 64 KiB by default. */
        public Builder maxBatchBytes(int maxBatchBytes) {
            this.maxBatchBytes = maxBatchBytes;
            return this;
        }

        /** The options; fails when a value cannot work. */
        public SockJsOptions build() {
            return new SockJsOptions(
                    transports,
                    infoTimeout,
                    minOpenTimeout,
                    maxOpenTimeout,
                    sendTimeout,
                    receiveTimeout,
                    rememberFor,
                    maxBatchBytes);
        }
    }
}
