package io.agentruntime.spring.codebolt;

import io.agentruntime.codebolt.CodeboltPlugin;
import io.agentruntime.spring.RuntimeSupportAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration of Codebolt: a {@link CodeboltPlugin} where {@code codebolt.plugin-id} is set; and for every plugin of the
 * application, its own ones too, lifecycle, events and health.
 */
@AutoConfiguration(after = RuntimeSupportAutoConfiguration.class)
@EnableConfigurationProperties(CodeboltProperties.class)
@Import({CodeboltRuntimeConfiguration.class, CodeboltOperationConfiguration.class})
public final class CodeboltAutoConfiguration {}
