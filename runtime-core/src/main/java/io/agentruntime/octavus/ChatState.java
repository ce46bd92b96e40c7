package io.agentruntime.octavus;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A chat at one moment. Immutable; snapshots share what they have in common, so that keeping one, or making the next, does not
 * depend on how long the conversation is. Text is put together when it is read.
 */
public final class ChatState {

    static final ChatState EMPTY = new ChatState(ChatStatus.IDLE, PersistentList.empty(), null, null, List.of(), null);

    private final ChatStatus status;
    private final PersistentList<ChatMessage> messages;
    private final @Nullable Throwable error;
    private final @Nullable FinishReason finishReason;
    private final List<PendingToolCall> pendingTools;
    private final @Nullable LiveTurn live;

    ChatState(
            ChatStatus status,
            PersistentList<ChatMessage> messages,
            @Nullable Throwable error,
            @Nullable FinishReason finishReason,
            List<PendingToolCall> pendingTools,
            @Nullable LiveTurn live) {
        this.status = status;
        this.messages = messages;
        this.error = error;
        this.finishReason = finishReason;
        this.pendingTools = pendingTools;
        this.live = live;
    }

    /** What the chat is doing. */
    public ChatStatus status() {
        return status;
    }

    /** All messages, the oldest first; unmodifiable. */
    public List<ChatMessage> messages() {
        return messages;
    }

    /** What ended the last turn, when it failed: {@link AgentErrorException} or one of the library's errors. */
    public Optional<Throwable> error() {
        return Optional.ofNullable(error);
    }

    /**
     * Why the last turn finished; empty when it has not, or was ended in another way. {@link FinishReason#LENGTH} and {@link
     * FinishReason#CONTENT_FILTER} mean that the answer is not whole.
     */
    public Optional<FinishReason> finishReason() {
        return Optional.ofNullable(finishReason);
    }

    /** The calls of interactive tools that wait for the user. */
    public List<PendingToolCall> pendingTools() {
        return pendingTools;
    }

    /** Without texts, for they may be private. */
    @Override
    public String toString() {
        return "ChatState[" + status + ", " + messages.size() + " messages]";
    }

    // ---- What the reducer works with

    PersistentList<ChatMessage> list() {
        return messages;
    }

    @Nullable
    LiveTurn live() {
        return live;
    }

    ChatState with(PersistentList<ChatMessage> other, @Nullable LiveTurn running) {
        return new ChatState(status, other, error, finishReason, pendingTools, running);
    }

    ChatState with(ChatStatus other) {
        return new ChatState(other, messages, error, finishReason, pendingTools, live);
    }

    ChatState waitingFor(List<PendingToolCall> calls) {
        return new ChatState(status, messages, error, finishReason, List.copyOf(calls), live);
    }
}
