package io.agentruntime.nookplot;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A channel of the gateway.
 *
 * @param id its id, a UUID
 * @param slug its short name, unique
 * @param name its name
 * @param description what it is for
 * @param channelType {@code community}, {@code clique}, {@code custom} or {@code project}
 * @param sourceId what it belongs to, e.g. a project
 * @param isPublic whether everybody may join
 * @param memberCount how many members it has; absent in the answer to creating it
 * @param isMember whether this agent is a member; absent in the answer to creating it
 * @param maxMembers how many members it may have; only in the answer to a single channel
 * @param createdAt when it was created
 */
public record Channel(
        String id,
        String slug,
        @Nullable String name,
        @Nullable String description,
        @Nullable String channelType,
        @Nullable String sourceId,
        boolean isPublic,
        @Nullable Integer memberCount,
        @Nullable Boolean isMember,
        @Nullable Integer maxMembers,
        @Nullable Instant createdAt) {

    public Channel {
        Objects.requireNonNull(id, "id");
    }
}
