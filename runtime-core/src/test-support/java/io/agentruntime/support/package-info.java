/**
 * What watches every test run of every module: leaked buffers, secrets in log lines, blocked event loops.
 *
 * <p>Nothing here is called by a test. {@link io.agentruntime.support.BuildGuard} opens with the JUnit session, the
 * guards collect what they find, and when the session closes with a finding the run fails, whatever the tests said.
 * Tests only meet {@link io.agentruntime.support.Secrets}.
 */
@NullMarked
package io.agentruntime.support;

import org.jspecify.annotations.NullMarked;
