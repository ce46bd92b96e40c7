package io.agentruntime.octavus;

/** How a part of a message stands. */
public enum PartStatus {

    /** More of a text, reasoning or object may come. */
    STREAMING,

    /** The arguments of a tool call are being written. */
    PENDING,

    /** A tool or operation is at work; a client's tool may wait for the user. */
    RUNNING,

    /** It is complete. */
    DONE,

    /** A tool failed; an object ended before it was whole, or is no JSON. */
    ERROR,

    /** It was running when its turn was stopped or failed. */
    CANCELLED
}
