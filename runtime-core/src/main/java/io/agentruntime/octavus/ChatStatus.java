package io.agentruntime.octavus;

/** What a chat is doing. */
public enum ChatStatus {

    /** Nothing: a message can be sent. */
    IDLE,

    /** The agent is at work. */
    STREAMING,

    /** The agent waits for tools that the user answers. */
    AWAITING_INPUT,

    /** The last turn failed; {@link ChatState#error()} says how. */
    ERROR
}
