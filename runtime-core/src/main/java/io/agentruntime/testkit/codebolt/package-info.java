/** A Codebolt server for tests of channel plugins: {@link io.agentruntime.testkit.codebolt.EmbeddedCodeboltServer}. */
@NullMarked
package io.agentruntime.testkit.codebolt;

import org.jspecify.annotations.NullMarked;
