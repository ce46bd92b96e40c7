package io.agentruntime.phoenix;

/**
 * The server's answer to a join that it accepts.
 *
 * @param response what the channel says to whom it lets in
 */
public record JoinReply(Payload response) {}
