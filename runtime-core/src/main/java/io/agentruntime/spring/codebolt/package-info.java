/** Codebolt in a Spring Boot application: properties with {@code codebolt.} become a plugin that is connected. */
@NullMarked
package io.agentruntime.spring.codebolt;

import org.jspecify.annotations.NullMarked;
