package io.agentruntime.codebolt;

import com.fasterxml.jackson.annotation.JsonValue;

/** Which of a source's messages go to the same thread of the agent. */
public enum ThreadStrategy {

    /** All of them: one thread for each {@code sourceId}. */
    SINGLE("single"),

    /** Those of one user: one thread for each {@code sourceId} and {@code userId}. What Discord, Slack and Teams use. */
    PER_USER("per-user"),

    /** Those of one conversation: one thread for each {@code sourceId} and {@code externalThreadId}. What Telegram and WhatsApp use. */
    PER_CONVERSATION("per-conversation"),

    /** None: each message has a thread of its own. */
    PER_MESSAGE("per-message"),

    /** Those that name the thread: {@code threadId}. */
    EXISTING("existing");

    private final String wire;

    ThreadStrategy(String wire) {
        this.wire = wire;
    }

    /** The protocol's own word. */
    @JsonValue
    public String wire() {
        return wire;
    }
}
