package io.agentruntime.atomemo.testkit;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Ids that differ, and need not be hard to guess: for those that are, a JDK may have to wait. */
final class Ids {

    private Ids() {}

    static String next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }
}
