package io.agentruntime.codebolt;

import java.util.Optional;

/**
 * What became of a reply that was to be delivered.
 *
 * @param reply the reply
 * @param error why it was not delivered, when all attempts had failed
 */
public record ReplyOutcome(GatewayReply reply, Optional<Throwable> error) {

    /** Whether the platform has it. */
    public boolean delivered() {
        return error.isEmpty();
    }
}
