/**
 * Codebolt channel plugins: a Telegram, Slack or Discord bridge on Codebolt's plugin gateway.
 *
 * <p>{@link io.agentruntime.codebolt.CodeboltPlugin} is where to begin. Beside it stand two helpers that need no
 * connection: {@link io.agentruntime.codebolt.MessageChunker} and {@link io.agentruntime.codebolt.ReplyRouter}.
 */
@NullMarked
package io.agentruntime.codebolt;

import org.jspecify.annotations.NullMarked;
