package io.agentruntime.phoenix.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where an application's plugin hub is, and with which key to go there. A bean of this type takes the place of the properties
 * {@code atomemo.hub-url}, {@code atomemo.debug-api-key} and {@code atomemo.ssl.bundle}.
 */
public interface AtomemoConnectionDetails extends ConnectionDetails {

    /** The hub's base address. */
    String getHubUrl();

    /** The key for the hub outside production. */
    default @Nullable String getDebugApiKey() {
        return null;
    }

    /** The TLS of this hub in particular; {@code null} for what the properties say. */
    default @Nullable SslBundle getSslBundle() {
        return null;
    }
}
