package io.agentruntime.octavus;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an {@code error} event says.
 *
 * @param type the kind of error; {@link Type#UNKNOWN_ERROR} also for one that is not known here
 * @param message what the platform says about it
 * @param source where it arose; {@code null} when the event does not say, or says something that is not known here
 * @param retryable whether the same request may succeed later
 * @param retryDelay how long to wait before that, or {@code null}
 * @param code a code for machines, or {@code null}
 * @param provider the model's provider, when the error came from there
 * @param tool the tool, when the error came from one
 */
public record AgentError(
        Type type,
        String message,
        @Nullable Source source,
        boolean retryable,
        @Nullable Duration retryDelay,
        @Nullable String code,
        @Nullable Provider provider,
        @Nullable Tool tool) {

    /** The kinds of errors. */
    public enum Type {
        AUTHENTICATION_ERROR,
        PERMISSION_ERROR,
        VALIDATION_ERROR,
        NOT_FOUND_ERROR,
        RATE_LIMIT_ERROR,
        QUOTA_EXCEEDED_ERROR,
        PROVIDER_ERROR,
        PROVIDER_OVERLOADED,
        PROVIDER_TIMEOUT,
        EXECUTION_ERROR,
        TOOL_ERROR,
        PROTOCOL_ERROR,
        INTERNAL_ERROR,
        UNKNOWN_ERROR;

        /** The protocol's own word. */
        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Type of(@Nullable String wire) {
            for (Type type : values()) {
                if (type.wire().equals(wire)) {
                    return type;
                }
            }
            return UNKNOWN_ERROR;
        }
    }

    /** Where errors arise. */
    public enum Source {
        PLATFORM,
        PROVIDER,
        TOOL,
        CLIENT;

        /** The protocol's own word. */
        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        static @Nullable Source of(@Nullable String wire) {
            for (Source source : values()) {
                if (source.wire().equals(wire)) {
                    return source;
                }
            }
            return null;
        }
    }

    /** The provider of a model, and what it said. */
    public record Provider(
            String name,
            @Nullable String model,
            @Nullable Integer statusCode,
            @Nullable String errorType,
            @Nullable String requestId) {}

    /** A tool, and the call of it. */
    public record Tool(String name, @Nullable String callId) {}

    /** How long to wait before the same request may succeed. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryDelay);
    }
}
