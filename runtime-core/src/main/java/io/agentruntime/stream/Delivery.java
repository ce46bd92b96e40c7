package io.agentruntime.stream;

import java.time.Instant;

/**
 * What a stream of deliveries carries: messages in order, and, where some may have been missed, a gap in their place.
 *
 * @param <T> the messages
 */
public sealed interface Delivery<T> {

    /**
     * A message.
     *
     * @param payload the message
     */
    record Message<T>(T payload) implements Delivery<T> {}

    /**
     * Messages of this time may be missing here.
     *
     * @param from the last sign of life from the peer before the loss
     * @param to when delivery began again
     * @param reason why they may be missing
     */
    record Gap<T>(Instant from, Instant to, String reason) implements Delivery<T> {}
}
