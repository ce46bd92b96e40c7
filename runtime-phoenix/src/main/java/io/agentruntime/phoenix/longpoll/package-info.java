/**
 * Phoenix' long-poll transport as a {@link io.agentruntime.transport.Pipe}: one GET that waits for messages, one POST at a
 * time that carries them.
 */
@NullMarked
package io.agentruntime.phoenix.longpoll;

import org.jspecify.annotations.NullMarked;
