package io.agentruntime.examples.service;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can be done to the embedded gateway. */
enum Fault {

    /** Every socket breaks at once, without a close frame. */
    DROP,

    /** The sockets that are open fall silent both ways, and their TCP connections stay. */
    HALF_OPEN,

    /** Every socket breaks, and the next request for a session of each agent is answered with 429. */
    RATE_LIMIT,

    /** The gateway goes down in good order, and comes back a while later. What is said meanwhile is in its history. */
    RESTART;

    /** Its name in an address, e.g. {@code half-open}. */
    String path() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Fault> of(String path) {
        return Arrays.stream(values())
                .filter(fault -> fault.path().equals(path))
                .findFirst();
    }
}
