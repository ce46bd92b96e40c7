package io.agentruntime.spring.octavus;

import io.agentruntime.octavus.OctavusSocketTransport;
import io.agentruntime.spring.RuntimeSupportAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration of Octavus: an {@link OctavusSocketTransport} where {@code octavus.url} is set; and for every one of the
 * application, its own ones too, lifecycle, events and health.
 */
@AutoConfiguration(after = RuntimeSupportAutoConfiguration.class)
@EnableConfigurationProperties(OctavusProperties.class)
@Import({OctavusRuntimeConfiguration.class, OctavusOperationConfiguration.class})
public final class OctavusAutoConfiguration {}
