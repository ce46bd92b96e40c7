package io.agentruntime.examples.bench.flood;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a client has got of one round. Fed by one thread at a time. */
final class Tally {

    private final int expected;
    private final CountDownLatch complete = new CountDownLatch(1);
    private int count;
    private long checksum;

    /** @param expected after how many events the round is over */
    Tally(int expected) {
        this.expected = expected;
    }

    /** A sum over the texts in which their order counts. */
    static long add(long checksum, int contentHash) {
        return checksum * 31 + contentHash;
    }

    /** An event whose text was read. */
    void event(String content) {
        checksum = add(checksum, content.hashCode());
        event();
    }

    /** An event. */
    void event() {
        if (++count == expected) {
            complete.countDown();
        }
    }

    /** The server has said that the round is over, and how many events it had. */
    void end(int events) {
        count = events;
        complete.countDown();
    }

    /** Waits for the end of the round. */
    void await(Duration limit) throws InterruptedException {
        if (!complete.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(
                    "Got " + count + " of " + expected + " events within " + limit.toSeconds() + " s");
        }
    }

    int count() {
        return count;
    }

    long checksum() {
        return checksum;
    }
}
