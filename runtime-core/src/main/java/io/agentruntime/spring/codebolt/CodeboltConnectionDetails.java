package io.agentruntime.spring.codebolt;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where an application's Codebolt server is, and as which plugin to go there. A bean of this type takes the place of the
 * properties {@code codebolt.server-url}, {@code codebolt.plugin-id}, {@code codebolt.plugin-token} and {@code
 * codebolt.ssl.bundle}.
 */
public interface CodeboltConnectionDetails extends ConnectionDetails {

    /** The server's address. */
    String getServerUrl();

    /** The plugin's id; {@code null} where a {@link CodeboltPluginCustomizer} brings it. */
    default @Nullable String getPluginId() {
        return null;
    }

    /** The plugin's token; {@code null} where a {@link CodeboltPluginCustomizer} brings it. */
    default @Nullable String getPluginToken() {
        return null;
    }

    /** The TLS of this server in particular; {@code null} for what the properties say. */
    default @Nullable SslBundle getSslBundle() {
        return null;
    }
}
