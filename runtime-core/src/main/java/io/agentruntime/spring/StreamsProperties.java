package io.agentruntime.spring;

import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How subscribers are served that bring no options of their own.
 *
 * @param policy what happens when a subscriber's buffer is full
 * @param capacity how many elements a subscriber's buffer holds
 */
@ConfigurationPropertiesSource
public record StreamsProperties(
        @DefaultValue("error") OverflowPolicy policy,
        @DefaultValue("1024") int capacity) {

    /** The same as options. */
    public StreamOptions toOptions() {
        return StreamOptions.of(policy).withCapacity(capacity);
    }
}
