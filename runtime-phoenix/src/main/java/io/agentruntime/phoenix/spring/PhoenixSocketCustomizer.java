package io.agentruntime.phoenix.spring;

import io.agentruntime.phoenix.PhoenixSocketBuilder;

/**
 * A bean that has a say in how the application's sockets are built: for what has no property, a supplier of tokens for example.
 * Called in order, behind the properties.
 */
@FunctionalInterface
public interface PhoenixSocketCustomizer {

    /**
     * Changes the options of a socket.
     *
     * @param name the socket's name; {@code default} where there is only one
     */
    void customize(String name, PhoenixSocketBuilder builder);
}
