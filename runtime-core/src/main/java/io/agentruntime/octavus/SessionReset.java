package io.agentruntime.octavus;

/**
 * The socket was lost and is open again, and the session that the server had made for it is gone: the agent remembers nothing
 * of the conversation.
 *
 * @param cause what ended the socket before
 */
public record SessionReset(Throwable cause) {}
