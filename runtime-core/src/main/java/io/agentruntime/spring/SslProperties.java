package io.agentruntime.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;

/**
 * TLS.
 *
 * @param bundle name of the SSL bundle that says whom to trust and which certificate to show; the JDK's certificate authorities
 *     by default
 */
@ConfigurationPropertiesSource
public record SslProperties(@Nullable String bundle) {}
