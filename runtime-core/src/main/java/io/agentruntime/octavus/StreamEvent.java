package io.agentruntime.octavus;

import io.agentruntime.json.JsonPayload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a turn is made of, in the order of arrival. All of them come from the server, but {@link Aborted}, which this side adds
 * where the server says nothing.
 */
public sealed interface StreamEvent {

    /** A turn begins; again after tools of the server. Both ids may be missing. */
    record Start(@Nullable String messageId, @Nullable String executionId) implements StreamEvent {}

    /** A turn is over. */
    record Finish(FinishReason reason, @Nullable String executionId) implements StreamEvent {}

    /** A turn failed. Turns do not emit it: they end with {@link AgentErrorException}. */
    record ErrorEvent(AgentError error) implements StreamEvent {}

    /**
     * This side ended the turn; nothing follows. Never on the wire.
     *
     * @param reason how
     */
    record Aborted(Reason reason) implements StreamEvent {

        /** How this side ended the turn. */
        public enum Reason {
            /** {@link OctavusTransport#stop()}. */
            STOPPED,
            /** A new turn began. */
            REPLACED,
            /** The transport turned to another session. */
            SESSION_CHANGED
        }
    }

    /** Text begins; with a response type it is the JSON of an object of that type. */
    record TextStart(String id, @Nullable String responseType) implements StreamEvent {}

    /** More of a text. */
    record TextDelta(String id, String delta) implements StreamEvent {}

    /** A text is complete. */
    record TextEnd(String id) implements StreamEvent {}

    /** The agent begins to reason. */
    record ReasoningStart(String id) implements StreamEvent {}

    /** More of its reasoning. */
    record ReasoningDelta(String id, String delta) implements StreamEvent {}

    /** It has come to an end. */
    record ReasoningEnd(String id) implements StreamEvent {}

    /** The agent begins to write the arguments of a tool call. */
    record ToolInputStart(
            String toolCallId, String toolName, @Nullable String title) implements StreamEvent {}

    /** More of the arguments' JSON. */
    record ToolInputDelta(String toolCallId, String inputTextDelta) implements StreamEvent {}

    /** The arguments are written. */
    record ToolInputEnd(String toolCallId) implements StreamEvent {}

    /** The arguments are complete: the tool is called. */
    record ToolInputAvailable(String toolCallId, String toolName, JsonPayload input) implements StreamEvent {}

    /** A tool has answered. */
    record ToolOutputAvailable(String toolCallId, JsonPayload output) implements StreamEvent {}

    /** A tool has failed. */
    record ToolOutputError(String toolCallId, String error) implements StreamEvent {}

    /** A page that the answer draws on. */
    record SourceUrl(String id, String url, @Nullable String title) implements StreamEvent {}

    /** A document that the answer draws on. */
    record SourceDocument(
            String id,
            String mediaType,
            String title,
            @Nullable String filename) implements StreamEvent {}

    /**
     * A block of the agent's protocol begins.
     *
     * @param outputToChat whether its text is for the chat; {@code true} unless the server says otherwise
     * @param thread the thread it runs in; {@code null} for the main one
     */
    record BlockStart(
            String blockId,
            String blockName,
            String blockType,
            Display display,
            @Nullable String description,
            boolean outputToChat,
            @Nullable String thread)
            implements StreamEvent {

        /** How a block wants to be shown. */
        public enum Display {
            HIDDEN,
            NAME,
            DESCRIPTION,
            STREAM
        }
    }

    /** A block ends. */
    record BlockEnd(String blockId, @Nullable String summary) implements StreamEvent {}

    /** A resource of the session has a new value. */
    record ResourceUpdate(String name, JsonPayload value) implements StreamEvent {}

    /** The agent offers a file. */
    record FileAvailable(FileReference file, @Nullable String toolCallId) implements StreamEvent {}

    /** The agent waits for tools of the client. A {@link Finish} follows; {@link OctavusTransport#continueWith} goes on. */
    record ClientToolRequest(String executionId, List<PendingToolCall> toolCalls, List<ToolResult> serverToolResults)
            implements StreamEvent {}

    /**
     * Anything else: a custom event of the server's, or an event that is not known here.
     *
     * @param type its {@code type}, empty when it has none
     * @param payload the whole object
     */
    record Custom(String type, JsonPayload payload) implements StreamEvent {}
}
