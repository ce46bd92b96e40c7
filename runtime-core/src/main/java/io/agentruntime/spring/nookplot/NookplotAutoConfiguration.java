package io.agentruntime.spring.nookplot;

import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.spring.RuntimeSupportAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration of Nookplot: a {@link NookplotRuntime} where {@code nookplot.gateway-url} is set, or one for each of
 * {@code nookplot.runtimes.*}; and for every runtime of the application, its own ones too, lifecycle, events and health.
 */
@AutoConfiguration(after = RuntimeSupportAutoConfiguration.class)
@EnableConfigurationProperties(NookplotProperties.class)
@Import({NookplotRuntimeConfiguration.class, NookplotOperationConfiguration.class})
public final class NookplotAutoConfiguration {}
