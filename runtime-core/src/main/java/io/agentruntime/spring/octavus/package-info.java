/** Octavus in a Spring Boot application: properties with {@code octavus.} become a socket transport that is connected. */
@NullMarked
package io.agentruntime.spring.octavus;

import org.jspecify.annotations.NullMarked;
