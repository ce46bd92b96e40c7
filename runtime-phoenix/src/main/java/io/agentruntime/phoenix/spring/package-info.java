/**
 * Phoenix Channels and Atomemo plugins in a Spring Boot application: properties with {@code phoenix.} become a socket, and
 * with {@code atomemo.} a plugin, that is connected.
 */
@NullMarked
package io.agentruntime.phoenix.spring;

import org.jspecify.annotations.NullMarked;
