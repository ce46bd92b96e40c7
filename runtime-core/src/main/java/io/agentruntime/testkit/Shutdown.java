package io.agentruntime.testkit;

/** How an embedded server goes down. */
public enum Shutdown {

    /** In good order: every socket is closed with a code; an {@link EmbeddedGateway} says 1001 {@code server shutdown}. */
    CLEAN,

    /** Killed: every connection breaks without a close frame, which clients see as 1006. */
    KILLED
}
