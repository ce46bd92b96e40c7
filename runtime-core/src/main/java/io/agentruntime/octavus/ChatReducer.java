package io.agentruntime.octavus;

import io.agentruntime.json.JsonCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The chat as a pure function from one snapshot to the next. {@link TurnReducer} has what happens inside a turn's message; here
 * is how turns begin and end.
 */
final class ChatReducer {

    private final TurnReducer turns;

    ChatReducer(JsonCodec json) {
        this.turns = new TurnReducer(json);
    }

    /**
     * A turn begins, and with it the user's message, before the server has said anything.
     *
     * @param user the user's message; {@code null} for none
     * @param messageId the id of the agent's message, unless the server names one
     */
    ChatStep begin(ChatState state, @Nullable ChatMessage user, String messageId, Instant now) {
        List<ChatChange> changes = new ArrayList<>();
        PersistentList<ChatMessage> messages = state.list();
        if (user != null) {
            messages = messages.plus(user);
            changes.add(new ChatChange.MessageAdded(user));
        }
        ChatState begun =
                new ChatState(ChatStatus.STREAMING, messages, null, null, List.of(), LiveTurn.begin(messageId, now));
        if (!state.pendingTools().isEmpty()) {
            changes.add(new ChatChange.ToolsPending(List.of()));
        }
        if (state.status() != ChatStatus.STREAMING) {
            changes.add(new ChatChange.StatusChanged(ChatStatus.STREAMING));
        }
        return new ChatStep(begun, List.copyOf(changes));
    }

    /** An event of the running turn. {@code finish} with {@code client-tool-calls} does not end it. */
    ChatStep event(ChatState state, StreamEvent event) {
        if (event instanceof StreamEvent.Finish finish) {
            return finish(state, finish.reason());
        } else if (event instanceof StreamEvent.ErrorEvent failed) {
            return failed(state, new AgentErrorException(failed.error()));
        } else if (event instanceof StreamEvent.Aborted) {
            return stopped(state);
        }
        return turns.event(state, event);
    }

    private ChatStep finish(ChatState state, FinishReason reason) {
        if (state.live() == null) {
            return ChatStep.unchanged(state);
        }
        if (reason == FinishReason.CLIENT_TOOL_CALLS) {
            return state.pendingTools().isEmpty()
                    ? ChatStep.unchanged(state)
                    : status(state, ChatStatus.AWAITING_INPUT);
        }
        if (reason == FinishReason.ERROR) {
            return failed(state, new AgentErrorException(unnamedError()));
        }
        return end(state, ChatStatus.IDLE, null, reason, turns::finished);
    }

    private static AgentError unnamedError() {
        return new AgentError(
                AgentError.Type.UNKNOWN_ERROR,
                "the turn finished for the reason 'error'",
                AgentError.Source.PLATFORM,
                false,
                null,
                null,
                null,
                null);
    }

    /** The user stopped the turn, or another one takes its place. */
    ChatStep stopped(ChatState state) {
        return state.live() == null
                ? ChatStep.unchanged(state)
                : end(state, ChatStatus.IDLE, null, null, MessagePart::ended);
    }

    /** The turn failed. */
    ChatStep failed(ChatState state, Throwable error) {
        return end(state, ChatStatus.ERROR, error, null, MessagePart::ended);
    }

    /** These calls wait for the user. */
    static ChatStep pending(ChatState state, List<PendingToolCall> calls) {
        return state.pendingTools().equals(calls)
                ? ChatStep.unchanged(state)
                : new ChatStep(state.waitingFor(calls), List.of(new ChatChange.ToolsPending(calls)));
    }

    /** A call of a client tool has its answer. */
    static ChatStep answered(ChatState state, ToolResult result) {
        String error = result.error();
        return TurnReducer.answered(
                state,
                result.toolCallId(),
                part -> error == null ? part.answered(result.result()) : part.failed(error));
    }

    /** All calls have their answers: the agent goes on, in the same message. */
    static ChatStep continued(ChatState state) {
        return status(state, ChatStatus.STREAMING);
    }

    /** The messages from an index on are taken back. */
    static ChatStep removed(ChatState state, int fromIndex) {
        return fromIndex >= state.messages().size()
                ? ChatStep.unchanged(state)
                : new ChatStep(
                        state.with(state.list().first(fromIndex), state.live()),
                        List.of(new ChatChange.MessagesRemoved(fromIndex)));
    }

    private static ChatStep status(ChatState state, ChatStatus status) {
        return state.status() == status
                ? ChatStep.unchanged(state)
                : new ChatStep(state.with(status), List.of(new ChatChange.StatusChanged(status)));
    }

    private static ChatStep end(
            ChatState state,
            ChatStatus status,
            @Nullable Throwable error,
            @Nullable FinishReason reason,
            UnaryOperator<MessagePart> lastWord) {
        List<ChatChange> changes = new ArrayList<>();
        PersistentList<ChatMessage> messages = state.list();
        LiveTurn live = state.live();
        if (live != null && live.messageIndex() >= 0) {
            ChatMessage message = messages.get(live.messageIndex());
            PersistentList<MessagePart> parts = PersistentList.empty();
            for (MessagePart part : message.parts()) {
                parts = parts.plus(lastWord.apply(part));
            }
            ChatMessage done = message.done(parts, reason);
            messages = messages.with(live.messageIndex(), done);
            changes.add(new ChatChange.MessageDone(done));
        }
        if (!state.pendingTools().isEmpty()) {
            changes.add(new ChatChange.ToolsPending(List.of()));
        }
        if (state.status() != status) {
            changes.add(new ChatChange.StatusChanged(status));
        }
        return new ChatStep(new ChatState(status, messages, error, reason, List.of(), null), List.copyOf(changes));
    }
}
