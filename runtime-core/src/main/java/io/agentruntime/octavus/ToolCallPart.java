package io.agentruntime.octavus;

import io.agentruntime.json.JsonPayload;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call of a tool, of the server's or of the client's. */
public final class ToolCallPart implements MessagePart {

    private final String toolCallId;
    private final String toolName;
    private final String displayName;
    private final PartialJson written;
    private final @Nullable JsonPayload args;
    private final @Nullable Object result;
    private final @Nullable String error;
    private final PartStatus status;
    private final @Nullable String thread;

    private ToolCallPart(
            String toolCallId,
            String toolName,
            String displayName,
            PartialJson written,
            @Nullable JsonPayload args,
            @Nullable Object result,
            @Nullable String error,
            PartStatus status,
            @Nullable String thread) {
        this.toolCallId = toolCallId;
        this.toolName = toolName;
        this.displayName = displayName;
        this.written = written;
        this.args = args;
        this.result = result;
        this.error = error;
        this.status = status;
        this.thread = thread;
    }

    static ToolCallPart begin(String toolCallId, String toolName, @Nullable String title, @Nullable String thread) {
        return new ToolCallPart(
                toolCallId,
                toolName,
                title == null ? toolName : title,
                PartialJson.EMPTY,
                null,
                null,
                null,
                PartStatus.PENDING,
                thread);
    }

    /** The call's id. */
    public String toolCallId() {
        return toolCallId;
    }

    /** The tool's name. */
    public String toolName() {
        return toolName;
    }

    /** What to show: the tool's title, its name when it has none. */
    public String displayName() {
        return displayName;
    }

    /** The arguments; empty until they are complete. */
    public Optional<JsonPayload> args() {
        return Optional.ofNullable(args);
    }

    /** The arguments as far as they have been written, as unmodifiable maps, lists and values. */
    public Optional<Object> partialArgs() {
        return Optional.ofNullable(written.value());
    }

    /** What the tool gave: {@link JsonPayload} from the server, whatever the handler gave from the client. */
    public Optional<Object> result() {
        return Optional.ofNullable(result);
    }

    /** Why it failed. */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /** How it stands. */
    public PartStatus status() {
        return status;
    }

    @Override
    public Optional<String> thread() {
        return Optional.ofNullable(thread);
    }

    ToolCallPart append(String delta) {
        return new ToolCallPart(
                toolCallId, toolName, displayName, written.append(delta), args, result, error, status, thread);
    }

    /** The request of a client's tool repeats what is known already. */
    ToolCallPart called(JsonPayload arguments) {
        if (status == PartStatus.RUNNING) {
            return this;
        }
        return new ToolCallPart(
                toolCallId,
                toolName,
                displayName,
                PartialJson.EMPTY.append(arguments.text()),
                arguments,
                result,
                error,
                PartStatus.RUNNING,
                thread);
    }

    ToolCallPart answered(@Nullable Object output) {
        return new ToolCallPart(
                toolCallId, toolName, displayName, written, args, output, null, PartStatus.DONE, thread);
    }

    ToolCallPart failed(String reason) {
        return new ToolCallPart(
                toolCallId, toolName, displayName, written, args, null, reason, PartStatus.ERROR, thread);
    }

    @Override
    public ToolCallPart ended() {
        return status == PartStatus.PENDING || status == PartStatus.RUNNING
                ? new ToolCallPart(
                        toolCallId, toolName, displayName, written, args, null, null, PartStatus.CANCELLED, thread)
                : this;
    }

    /** Without arguments and result, for they may be private. */
    @Override
    public String toString() {
        return "ToolCallPart[" + toolCallId + ", " + toolName + ", " + status + "]";
    }
}
