/**
 * The main job of Phoenix Channels: {@link io.agentruntime.examples.chatroom.Chatroom}. Two clients in a room of the embedded
 * server, or one on a real server where the environment names one.
 */
@NullMarked
package io.agentruntime.examples.chatroom;

import org.jspecify.annotations.NullMarked;
