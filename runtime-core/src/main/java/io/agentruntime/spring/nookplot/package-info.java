/** Nookplot in a Spring Boot application: properties with {@code nookplot.} become a runtime that is connected. */
@NullMarked
package io.agentruntime.spring.nookplot;

import org.jspecify.annotations.NullMarked;
