package io.agentruntime.codebolt;

import io.agentruntime.error.Checks;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message of the platform, on its way to an agent.
 *
 * <pre>{@code
 * GatewayMessage.builder("telegram-bot-1", ThreadStrategy.PER_CONVERSATION, "Hello")
 *         .externalThreadId(chatId)
 *         .replyTo(channel.id(), chatId)
 *         .build();
 * }</pre>
 *
 * @param source {@code channel} for plugins
 * @param sourceId where it comes from; the same across restarts of the plugin
 * @param threadStrategy how its thread is found
 * @param threadId the thread, for {@link ThreadStrategy#EXISTING}
 * @param agentId the agent it is for
 * @param environmentId the environment the agent runs in
 * @param text what was said
 * @param userId who said it
 * @param externalThreadId the conversation, by the platform's own id
 * @param metadata whatever the agent may want to know
 * @param replyTo where replies are to go
 * @param timestamp when it was said, ISO-8601
 */
public record GatewayMessage(
        String source,
        String sourceId,
        ThreadStrategy threadStrategy,
        @Nullable String threadId,
        @Nullable String agentId,
        @Nullable String environmentId,
        String text,
        @Nullable String userId,
        @Nullable String externalThreadId,
        @Nullable Map<String, Object> metadata,
        @Nullable ReplyAddress replyTo,
        @Nullable String timestamp) {

    /** Checks that everything is there that the thread strategy needs. */
    public GatewayMessage {
        Checks.text("source", source);
        Checks.text("sourceId", sourceId);
        metadata = metadata == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        switch (threadStrategy) {
            case PER_USER -> needed("userId", userId);
            case PER_CONVERSATION -> needed("externalThreadId", externalThreadId);
            case EXISTING -> needed("threadId", threadId);
            case SINGLE, PER_MESSAGE -> {
                // The source is enough.
            }
        }
    }

    private static void needed(String option, @Nullable String value) {
        Checks.text(option, Checks.required(option, value));
    }

    /** Without the text, for it may be private. */
    @Override
    public String toString() {
        return "GatewayMessage[" + sourceId + ", " + threadStrategy.wire() + ", " + text.length() + " characters]";
    }

    /** Starts a message. */
    public static Builder builder(String sourceId, ThreadStrategy strategy, String text) {
        return new Builder(sourceId, strategy, text);
    }

    /** Collects the parts of a message. */
    public static final class Builder {

        private final String sourceId;
        private final ThreadStrategy strategy;
        private final String text;
        private String source = "channel";
        private @Nullable String threadId;
        private @Nullable String agentId;
        private @Nullable String environmentId;
        private @Nullable String userId;
        private @Nullable String externalThreadId;
        private @Nullable Map<String, Object> metadata;
        private @Nullable ReplyAddress replyTo;
        private @Nullable String timestamp;

        private Builder(String sourceId, ThreadStrategy strategy, String text) {
            this.sourceId = sourceId;
            this.strategy = strategy;
            this.text = text;
        }

        /** What kind of source it is; {@code channel} by default. */
        public Builder source(String kind) {
            this.source = kind;
            return this;
        }

        /** The agent's thread; required by {@link ThreadStrategy#EXISTING}. */
        public Builder threadId(String id) {
            this.threadId = id;
            return this;
        }

        /** The agent; by default the one of the channel. */
        public Builder agentId(String id) {
            this.agentId = id;
            return this;
        }

        /** The environment that the agent runs in. */
        public Builder environmentId(String id) {
            this.environmentId = id;
            return this;
        }

        /** Who said it; required by {@link ThreadStrategy#PER_USER}. */
        public Builder userId(String id) {
            this.userId = id;
            return this;
        }

        /** The platform's conversation; required by {@link ThreadStrategy#PER_CONVERSATION}. */
        public Builder externalThreadId(String id) {
            this.externalThreadId = id;
            return this;
        }

        /** Whatever the agent may want to know; any JSON. */
        public Builder metadata(Map<String, Object> values) {
            this.metadata = values;
            return this;
        }

        /** Where replies are to go. */
        public Builder replyTo(ReplyAddress address) {
            this.replyTo = address;
            return this;
        }

        /** Replies are to go to this conversation of this channel. */
        public Builder replyTo(String channelId, String conversation) {
            return replyTo(new ReplyAddress(channelId, conversation, null));
        }

        /** When it was said. */
        public Builder timestamp(Instant when) {
            this.timestamp = when.toString();
            return this;
        }

        /**
         * The message.
         *
         * @throws io.agentruntime.error.InvalidOptionException when something is missing that the thread strategy needs
         */
        public GatewayMessage build() {
            return new GatewayMessage(
                    source,
                    sourceId,
                    strategy,
                    threadId,
                    agentId,
                    environmentId,
                    text,
                    userId,
                    externalThreadId,
                    metadata,
                    replyTo,
                    timestamp);
        }
    }
}
