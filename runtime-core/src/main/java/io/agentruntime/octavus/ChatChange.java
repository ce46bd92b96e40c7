package io.agentruntime.octavus;

import io.agentruntime.json.JsonPayload;
import java.util.List;

/** A small step from one {@link ChatState} to the next, for those who redraw only what has changed. */
public sealed interface ChatChange {

    /** The status is another one; with {@link ChatStatus#ERROR} the state says what happened. */
    record StatusChanged(ChatStatus status) implements ChatChange {}

    /** A message joined the end. */
    record MessageAdded(ChatMessage message) implements ChatChange {}

    /** A message is complete; its parts may have ended with it. */
    record MessageDone(ChatMessage message) implements ChatChange {}

    /** The messages from this index on are gone: their turn is made again. */
    record MessagesRemoved(int fromIndex) implements ChatChange {}

    /** A part joined the end of a message. */
    record PartAdded(String messageId, int index, MessagePart part) implements ChatChange {}

    /** A text or reasoning part has grown. */
    record TextAppended(String messageId, int index, String delta) implements ChatChange {}

    /** A part is another one in any other way. */
    record PartChanged(String messageId, int index, MessagePart part) implements ChatChange {}

    /** These calls wait for the user now; none when the last has been answered. */
    record ToolsPending(List<PendingToolCall> calls) implements ChatChange {}

    /** A resource of the session has a new value. */
    record ResourceUpdated(String name, JsonPayload value) implements ChatChange {}
}
