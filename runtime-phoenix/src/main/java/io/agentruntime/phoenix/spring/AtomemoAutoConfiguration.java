package io.agentruntime.phoenix.spring;

import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.spring.RuntimeSupportAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration of Atomemo: an {@link AtomemoPlugin} where {@code atomemo.hub-url} is set; and for every plugin of the
 * application, its own ones too, lifecycle, events and health.
 */
@AutoConfiguration(after = RuntimeSupportAutoConfiguration.class)
@EnableConfigurationProperties(AtomemoProperties.class)
@Import({AtomemoRuntimeConfiguration.class, AtomemoOperationConfiguration.class})
public final class AtomemoAutoConfiguration {}
