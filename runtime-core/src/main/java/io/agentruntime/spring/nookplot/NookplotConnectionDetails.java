package io.agentruntime.spring.nookplot;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where an application's gateway is, and as whom to go there. A bean of this type takes the place of the properties {@code
 * nookplot.gateway-url}, {@code nookplot.api-key} and {@code nookplot.ssl.bundle}: for tests, and for services in containers. Where runtimes have
 * names, it has the name of one of them, before its type or as its qualifier, and is for that one.
 */
public interface NookplotConnectionDetails extends ConnectionDetails {

    /** The gateway's base URL. */
    String getGatewayUrl();

    /** The agent's key; {@code null} where a {@link NookplotRuntimeCustomizer} brings it. */
    default @Nullable String getApiKey() {
        return null;
    }

    /** The TLS of this gateway in particular; {@code null} for what the properties say. */
    default @Nullable SslBundle getSslBundle() {
        return null;
    }
}
