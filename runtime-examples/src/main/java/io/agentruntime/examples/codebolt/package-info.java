/**
 * A channel plugin for a chat platform that lives in this process: users' messages go to agents, replies come back in chunks.
 * On an embedded server, or on a real one.
 */
@NullMarked
package io.agentruntime.examples.codebolt;

import org.jspecify.annotations.NullMarked;
