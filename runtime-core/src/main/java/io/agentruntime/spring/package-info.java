/**
 * What the protocols' auto-configurations for Spring Boot share: their connections follow the application's lifecycle, and
 * show as health, events and an actuator endpoint. All of Spring is optional; without it nothing here is ever loaded.
 */
@NullMarked
package io.agentruntime.spring;

import org.jspecify.annotations.NullMarked;
