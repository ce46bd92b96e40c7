package io.agentruntime.testkit;

/** Where an HTTP exchange breaks. */
public enum BreakPoint {

    /** The request arrived and the connection closes; nothing was done. */
    BEFORE_ACTING,

    /** The request was acted on and the connection closes without an answer. */
    AFTER_ACTING,

    /** The request was acted on and the connection closes in the middle of the answer's body. */
    MID_ANSWER
}
