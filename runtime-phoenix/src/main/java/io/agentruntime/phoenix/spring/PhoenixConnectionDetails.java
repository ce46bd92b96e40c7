package io.agentruntime.phoenix.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where an application's Phoenix server is, and with which token to go there. A bean of this type takes the place of the
 * properties {@code phoenix.url}, {@code phoenix.auth-token} and {@code phoenix.ssl.bundle}. Where sockets have
 * names, it has the name of one of them, before its type or as its qualifier, and is for that one.
 */
public interface PhoenixConnectionDetails extends ConnectionDetails {

    /** The socket's address. */
    String getUrl();

    /** The token that the application asks for; {@code null} for none. */
    default @Nullable String getAuthToken() {
        return null;
    }

    /** The TLS of this server in particular; {@code null} for what the properties say. */
    default @Nullable SslBundle getSslBundle() {
        return null;
    }
}
