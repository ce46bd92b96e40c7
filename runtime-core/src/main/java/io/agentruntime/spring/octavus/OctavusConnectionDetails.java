package io.agentruntime.spring.octavus;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where an application's Octavus socket is. A bean of this type takes the place of the properties {@code octavus.url} and
 * {@code octavus.ssl.bundle}.
 */
public interface OctavusConnectionDetails extends ConnectionDetails {

    /** The socket's address. */
    String getUrl();

    /** The TLS of this server in particular; {@code null} for what the properties say. */
    default @Nullable SslBundle getSslBundle() {
        return null;
    }
}
