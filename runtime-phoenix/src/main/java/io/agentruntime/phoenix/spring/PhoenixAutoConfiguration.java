package io.agentruntime.phoenix.spring;

import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.spring.RuntimeSupportAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration of Phoenix Channels: a {@link PhoenixSocket} where {@code phoenix.url} is set, or one for each of {@code
 * phoenix.runtimes.*}; and for every socket of the application, its own ones too, lifecycle, events and health.
 */
@AutoConfiguration(after = RuntimeSupportAutoConfiguration.class)
@EnableConfigurationProperties(PhoenixProperties.class)
@Import({PhoenixRuntimeConfiguration.class, PhoenixOperationConfiguration.class})
public final class PhoenixAutoConfiguration {}
