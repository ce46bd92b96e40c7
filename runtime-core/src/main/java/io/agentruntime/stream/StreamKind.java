package io.agentruntime.stream;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Streams of one kind, counted together: those of all channels, say. Sums outlive the streams and subscribers that they are
 * made of, and never go down.
 */
public final class StreamKind {

    private final String name;
    private final Set<BufferedSubscriber<?>> subscribers = ConcurrentHashMap.newKeySet();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder gaps = new LongAdder();
    private final LongAdder refilled = new LongAdder();

    /** @param name what its streams carry; no id of any of them */
    public StreamKind(String name) {
        this.name = name;
    }

    /** What its streams carry. */
    public String name() {
        return name;
    }

    void add(BufferedSubscriber<?> subscriber) {
        subscribers.add(subscriber);
    }

    void remove(BufferedSubscriber<?> subscriber) {
        subscribers.remove(subscriber);
    }

    void drop() {
        dropped.increment();
    }

    /** A gap goes into one of the streams, for messages may be missing there. */
    public void gap() {
        gaps.increment();
    }

    /** So many messages that one of the streams missed were had from the server's history. */
    public void refilled(int messages) {
        refilled.add(messages);
    }

    /** How many subscribers there are now. */
    public int subscribers() {
        return subscribers.size();
    }

    /** How many elements wait in the buffers of the present subscribers. */
    public long buffered() {
        return subscribers.stream().mapToLong(BufferedSubscriber::buffered).sum();
    }

    /** How many elements wait in the fullest of these buffers, as a share of its capacity: 0 to 1, and above while it overflows. */
    public double fullest() {
        return subscribers.stream()
                .mapToDouble(BufferedSubscriber::fullness)
                .max()
                .orElse(0);
    }

    /** How many elements subscribers have lost to their policies so far. */
    public long dropped() {
        return dropped.sum();
    }

    /** How many gaps there were so far. */
    public long gaps() {
        return gaps.sum();
    }

    /** How many missed messages were had from the server's history so far. */
    public long refilled() {
        return refilled.sum();
    }

    /** The present subscribers, in no order. */
    public List<SubscriberStats> stats() {
        return subscribers.stream().map(BufferedSubscriber::stats).toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
