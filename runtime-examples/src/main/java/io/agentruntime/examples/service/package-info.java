/**
 * A Spring WebFlux service around a fleet of agents: {@link io.agentruntime.examples.service.Fleet}, an HTTP interface with
 * server-sent events, and a page that shows the fleet live. On the embedded gateway it also has its fault switches.
 */
@NullMarked
package io.agentruntime.examples.service;

import org.jspecify.annotations.NullMarked;
