package io.agentruntime.connection;

/** What to do about a failure. */
public enum Verdict {

    /** Try again after the policy's delay. */
    RETRY,

    /** Try again after the policy's longest delay: the peer is there and does not want us now. */
    RETRY_AT_LONGEST_DELAY,

    /** Try again after the policy's delay; the credentials were refused and are asked for again. */
    REFRESH_THEN_RETRY,

    /** No retry can mend it. */
    TERMINAL
}
