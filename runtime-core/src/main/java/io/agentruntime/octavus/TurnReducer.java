package io.agentruntime.octavus;

import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the events of a running turn do to its message. Pure. An event of a part touches this part, its message and the way
 * down to it, and nothing else. The rules are those of the protocol's chat model; what is not covered there:
 *
 * <ul>
 *   <li>Parts are found by their ids, so that interleaved ones do not mix; an id may be used again when its part has ended.
 *   <li>More of a part whose beginning never came begins it.
 *   <li>The message begins with its first part, so that a turn without any leaves none.
 * </ul>
 */
final class TurnReducer {

    /** The blocks that are shown as operations. */
    private static final Set<String> OPERATIONS = Set.of("set-resource", "serialize-thread", "generate-image");

    private final JsonCodec json;

    TurnReducer(JsonCodec json) {
        this.json = json;
    }

    /** The next state; the same when no turn runs. */
    ChatStep event(ChatState state, StreamEvent event) {
        LiveTurn live = state.live();
        if (live == null) {
            return ChatStep.unchanged(state);
        }
        if (event instanceof StreamEvent.TextDelta delta) {
            return delta(state, live, PartKey.text(delta.id()), delta.delta(), delta);
        } else if (event instanceof StreamEvent.ReasoningDelta delta) {
            return delta(state, live, PartKey.reasoning(delta.id()), delta.delta(), delta);
        } else if (event instanceof StreamEvent.ToolInputDelta delta) {
            return change(
                    state,
                    live,
                    PartKey.tool(delta.toolCallId()),
                    part -> ((ToolCallPart) part).append(delta.inputTextDelta()));
        } else if (event instanceof StreamEvent.Start start) {
            return start.messageId() == null || live.messageIndex() >= 0
                    ? ChatStep.unchanged(state)
                    : ChatStep.unchanged(state.with(state.list(), live.named(start.messageId())));
        } else if (event instanceof StreamEvent.ResourceUpdate update) {
            return new ChatStep(state, List.of(new ChatChange.ResourceUpdated(update.name(), update.value())));
        }
        ChatStep step = text(state, live, event);
        step = step == null ? toolCall(state, live, event) : step;
        step = step == null ? other(state, live, event) : step;
        return step == null ? ChatStep.unchanged(state) : step;
    }

    // ---- Text, reasoning, objects

    /** More of a text or of reasoning, which begins with it if need be. */
    private ChatStep delta(ChatState state, LiveTurn live, PartKey key, String delta, StreamEvent event) {
        Integer index = live.open().get(key);
        if (index == null) {
            ChatStep begun = event instanceof StreamEvent.TextDelta text
                    ? textStart(state, live, text.id(), null)
                    : reasoningStart(state, live, key);
            return begun.then(next -> event(next, event));
        }
        if (index == LiveTurn.HIDDEN) {
            return ChatStep.unchanged(state);
        }
        ChatMessage message = state.list().get(live.messageIndex());
        MessagePart part = message.parts().get(index);
        if (part instanceof WrittenPart text) {
            ChatChange change = new ChatChange.TextAppended(message.id(), index, delta);
            return replaced(state, live, index, text.append(delta), change);
        }
        return replaced(state, live, index, ((ObjectPart) part).append(delta), null);
    }

    private @Nullable ChatStep text(ChatState state, LiveTurn live, StreamEvent event) {
        if (event instanceof StreamEvent.TextStart start) {
            return textStart(state, live, start.id(), start.responseType());
        } else if (event instanceof StreamEvent.TextEnd end) {
            return close(state, live, PartKey.text(end.id()), this::finished);
        } else if (event instanceof StreamEvent.ReasoningStart start) {
            return reasoningStart(state, live, PartKey.reasoning(start.id()));
        } else if (event instanceof StreamEvent.ReasoningEnd end) {
            return close(state, live, PartKey.reasoning(end.id()), MessagePart::ended);
        }
        return null;
    }

    private static ChatStep textStart(ChatState state, LiveTurn live, String id, @Nullable String responseType) {
        PartKey key = PartKey.text(id);
        if (!live.showsText()) {
            return ChatStep.unchanged(state.with(state.list(), live.opened(key, LiveTurn.HIDDEN)));
        }
        return open(
                state,
                live,
                key,
                responseType == null
                        ? new MessagePart.Text(AppendableText.EMPTY, PartStatus.STREAMING, live.thread())
                        : ObjectPart.begin(id, responseType, live.thread()));
    }

    private static ChatStep reasoningStart(ChatState state, LiveTurn live, PartKey key) {
        return open(
                state, live, key, new MessagePart.Reasoning(AppendableText.EMPTY, PartStatus.STREAMING, live.thread()));
    }

    /** A part to which nothing comes any more, in good order: an object is checked now. */
    MessagePart finished(MessagePart part) {
        return part instanceof ObjectPart object && object.status() == PartStatus.STREAMING
                ? object.complete(json)
                : part.ended();
    }

    // ---- Tools

    private @Nullable ChatStep toolCall(ChatState state, LiveTurn live, StreamEvent event) {
        if (event instanceof StreamEvent.ToolInputStart start) {
            return live.open().containsKey(PartKey.tool(start.toolCallId()))
                    ? ChatStep.unchanged(state)
                    : open(
                            state,
                            live,
                            PartKey.tool(start.toolCallId()),
                            ToolCallPart.begin(start.toolCallId(), start.toolName(), start.title(), live.thread()));
        } else if (event instanceof StreamEvent.ToolInputAvailable called) {
            return called(state, called.toolCallId(), called.toolName(), called.input());
        } else if (event instanceof StreamEvent.ToolOutputAvailable output) {
            return answered(state, output.toolCallId(), part -> part.answered(output.output()));
        } else if (event instanceof StreamEvent.ToolOutputError failed) {
            return answered(state, failed.toolCallId(), part -> part.failed(failed.error()));
        } else if (event instanceof StreamEvent.ClientToolRequest request) {
            ChatStep step = ChatStep.unchanged(state);
            for (PendingToolCall call : request.toolCalls()) {
                step = step.then(next -> called(next, call.toolCallId(), call.toolName(), call.args()));
            }
            return step;
        }
        return null;
    }

    /** The arguments of a call are complete. The calls of blocks have no beginning of their own. */
    private static ChatStep called(ChatState state, String callId, String toolName, JsonPayload args) {
        LiveTurn live = state.live();
        if (live == null) {
            return ChatStep.unchanged(state);
        }
        if (!live.open().containsKey(PartKey.tool(callId))) {
            return open(
                    state,
                    live,
                    PartKey.tool(callId),
                    ToolCallPart.begin(callId, toolName, null, live.thread()).called(args));
        }
        return change(state, live, PartKey.tool(callId), part -> ((ToolCallPart) part).called(args));
    }

    /** A call has its result, from the server or from here. */
    static ChatStep answered(ChatState state, String callId, UnaryOperator<ToolCallPart> answer) {
        LiveTurn live = state.live();
        return live == null
                ? ChatStep.unchanged(state)
                : close(state, live, PartKey.tool(callId), part -> answer.apply((ToolCallPart) part));
    }

    // ---- Sources, files, blocks

    private @Nullable ChatStep other(ChatState state, LiveTurn live, StreamEvent event) {
        if (event instanceof StreamEvent.SourceUrl page) {
            return add(
                    state,
                    live,
                    new MessagePart.Source(page.id(), page.url(), null, page.title(), null, live.thread()));
        } else if (event instanceof StreamEvent.SourceDocument document) {
            return add(
                    state,
                    live,
                    new MessagePart.Source(
                            document.id(),
                            null,
                            document.mediaType(),
                            document.title(),
                            document.filename(),
                            live.thread()));
        } else if (event instanceof StreamEvent.FileAvailable available) {
            return add(state, live, new MessagePart.File(available.file(), available.toolCallId(), live.thread()));
        } else if (event instanceof StreamEvent.BlockStart block) {
            return blockStart(state, live, block);
        } else if (event instanceof StreamEvent.BlockEnd block) {
            return blockEnd(state, live, block);
        }
        return null;
    }

    private static ChatStep blockStart(ChatState state, LiveTurn live, StreamEvent.BlockStart block) {
        LiveTurn inside =
                live.in(new LiveTurn.Block(block.blockId(), block.outputToChat(), block.thread(), live.block()));
        boolean operation =
                OPERATIONS.contains(block.blockType()) && block.display() != StreamEvent.BlockStart.Display.HIDDEN;
        if (!operation) {
            return ChatStep.unchanged(state.with(state.list(), inside));
        }
        return open(
                state,
                inside,
                PartKey.operation(block.blockId()),
                new MessagePart.Operation(
                        block.blockId(),
                        block.description() == null ? block.blockName() : block.description(),
                        block.blockType(),
                        PartStatus.RUNNING,
                        block.thread()));
    }

    private static ChatStep blockEnd(ChatState state, LiveTurn live, StreamEvent.BlockEnd block) {
        LiveTurn outside = live.in(LiveTurn.Block.without(live.block(), block.blockId()));
        return close(
                state,
                outside,
                PartKey.operation(block.blockId()),
                part -> ((MessagePart.Operation) part).with(PartStatus.DONE));
    }

    // ---- What all of them do

    private static ChatStep open(ChatState state, LiveTurn live, PartKey key, MessagePart part) {
        ChatStep step = add(state, live, part);
        LiveTurn added = step.state().live();
        if (added == null) {
            return step;
        }
        int index = step.state().list().get(added.messageIndex()).parts().size() - 1;
        return new ChatStep(step.state().with(step.state().list(), added.opened(key, index)), step.changes());
    }

    /** Puts a part at the end of the turn's message, which begins with it if need be. */
    private static ChatStep add(ChatState state, LiveTurn live, MessagePart part) {
        PersistentList<ChatMessage> messages = state.list();
        if (live.messageIndex() < 0) {
            ChatMessage message = new ChatMessage(
                    live.messageId(),
                    ChatMessage.Role.ASSISTANT,
                    PersistentList.<MessagePart>empty().plus(part),
                    ChatMessage.Status.STREAMING,
                    live.createdAt(),
                    null);
            return new ChatStep(
                    state.with(messages.plus(message), live.inMessage(messages.size())),
                    List.of(new ChatChange.MessageAdded(message)));
        }
        ChatMessage message = messages.get(live.messageIndex());
        PersistentList<MessagePart> parts = message.partList().plus(part);
        return new ChatStep(
                state.with(messages.with(live.messageIndex(), message.withParts(parts)), live),
                List.of(new ChatChange.PartAdded(message.id(), parts.size() - 1, part)));
    }

    /** Changes an open part; nothing when there is none. */
    private static ChatStep change(ChatState state, LiveTurn live, PartKey key, UnaryOperator<MessagePart> change) {
        Integer index = live.open().get(key);
        if (index == null || index == LiveTurn.HIDDEN) {
            return ChatStep.unchanged(state.with(state.list(), live));
        }
        MessagePart part = state.list().get(live.messageIndex()).parts().get(index);
        MessagePart changed = change.apply(part);
        return changed == part
                ? ChatStep.unchanged(state.with(state.list(), live))
                : replaced(state, live, index, changed, null);
    }

    /** Changes an open part for the last time. */
    private static ChatStep close(
            ChatState state, LiveTurn live, PartKey key, Function<MessagePart, ? extends MessagePart> change) {
        return change(state, live, key, change::apply).then(next -> {
            LiveTurn still = next.live();
            return still == null || !still.open().containsKey(key)
                    ? ChatStep.unchanged(next)
                    : ChatStep.unchanged(next.with(next.list(), still.closed(key)));
        });
    }

    private static ChatStep replaced(
            ChatState state, LiveTurn live, int index, MessagePart part, @Nullable ChatChange change) {
        ChatMessage message = state.list().get(live.messageIndex());
        ChatMessage changed = message.withParts(message.partList().with(index, part));
        return new ChatStep(
                state.with(state.list().with(live.messageIndex(), changed), live),
                List.of(change == null ? new ChatChange.PartChanged(message.id(), index, part) : change));
    }
}
