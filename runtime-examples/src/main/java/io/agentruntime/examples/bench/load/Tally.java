package io.agentruntime.examples.bench.load;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a client has got of one round. Fed by one thread at a time. */
public final class Tally {

    private final int expected;
    private final CountDownLatch complete = new CountDownLatch(1);
    private int count;
    private int checksum;

    /** @param expected after how many events the round is over */
    public Tally(int expected) {
        this.expected = expected;
    }

    /** A sum over the texts in which their order counts; of 32 bits, as clients in any language can add it up. */
    public static int add(int checksum, int contentHash) {
        return checksum * 31 + contentHash;
    }

    /** How many events there are to be. */
    public int expected() {
        return expected;
    }

    /** An event whose text was read. */
    public void event(String content) {
        checksum = add(checksum, content.hashCode());
        event();
    }

    /** An event. */
    public void event() {
        if (++count == expected) {
            complete.countDown();
        }
    }

    /** The server has said that the round is over, and how many events it had. */
    public void end(int events) {
        count = events;
        complete.countDown();
    }

    /** Waits for the end of the round. */
    public void await(Duration limit) throws InterruptedException {
        if (!complete.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(
                    "Got " + count + " of " + expected + " events within " + limit.toSeconds() + " s");
        }
    }

    /** How many events came. */
    public int count() {
        return count;
    }

    /** The sum over their texts. */
    public int checksum() {
        return checksum;
    }
}
