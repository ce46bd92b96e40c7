package io.agentruntime.spring;

import io.agentruntime.connection.ReconnectPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.PropertyMapper;

/**
 * Whether and when a connection is tried again.
 *
 * @param maxRetries retries in a row before giving up; without end by default, where the application connects by itself
 * @param initialDelay delay before the first retry, before jitter
 * @param maxDelay ceiling of the delays, before jitter
 * @param stableAfter how long a session must last before the count of retries starts again
 * @param maxRetryAfter longest Retry-After of a server that is honoured
 */
@ConfigurationPropertiesSource
public record ReconnectProperties(
        @Nullable Integer maxRetries,
        @Nullable Duration initialDelay,
        @Nullable Duration maxDelay,
        @Nullable Duration stableAfter,
        @Nullable Duration maxRetryAfter) {

    /**
     * Puts into a builder what is set.
     *
     * @param autoConnect whether the application connects by itself. Then nobody is there to see the first attempt fail, or the
     *     last: the policy is followed from the first attempt on, and without end unless {@code maxRetries} is set
     */
    public ReconnectPolicy.Builder applyTo(ReconnectPolicy.Builder builder, boolean autoConnect) {
        if (autoConnect) {
            builder.retryInitialConnect(true).unlimitedRetries();
        }
        PropertyMapper map = PropertyMapper.get();
        map.from(maxRetries).to(builder::maxRetries);
        map.from(initialDelay).to(builder::initialDelay);
        map.from(maxDelay).to(builder::maxDelay);
        map.from(stableAfter).to(builder::stableAfter);
        map.from(maxRetryAfter).to(builder::maxRetryAfter);
        return builder;
    }
}
