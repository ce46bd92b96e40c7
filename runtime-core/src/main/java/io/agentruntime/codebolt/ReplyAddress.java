package io.agentruntime.codebolt;

import org.jspecify.annotations.Nullable;

/**
 * Where a reply belongs.
 *
 * @param channelId the channel, by the id that the server gave it
 * @param externalThreadId the conversation, by the platform's own id
 * @param userId the user, by the platform's own id
 */
public record ReplyAddress(
        String channelId,
        @Nullable String externalThreadId,
        @Nullable String userId) {}
