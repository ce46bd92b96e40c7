package io.agentruntime.octavus;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.MonoSink;

/** One turn of a chat with its continuations, and who waits for it. Only tasks of the chat's inbox touch it. */
final class ChatTurn {

    /**
     * What was sent.
     *
     * @param fromIndex where its messages begin; negative before it has been sent
     */
    record Request(
            String triggerName,
            @Nullable Map<String, ?> input,
            @Nullable UserMessage message,
            int fromIndex) {

        Request at(int index) {
            return new Request(triggerName, input, message, index);
        }

        /** What the chat shows of it at once. */
        @Nullable
        ChatMessage shown(Supplier<String> ids, Instant now) {
            return message == null
                    ? null
                    : new ChatMessage(
                            ids.get(),
                            ChatMessage.Role.USER,
                            message.parts(ids.get()),
                            ChatMessage.Status.DONE,
                            now,
                            null);
        }
    }

    final Request request;
    final Disposable.Swap events = Disposables.swap();
    final Disposable.Swap tools = Disposables.swap();
    private final MonoSink<ChatState> sink;
    private final Map<String, ToolResult> results = new HashMap<>();
    private StreamEvent.@Nullable ClientToolRequest asked;
    private int requests;

    /** Whether the part of the turn that asked for tools has come to its end. */
    boolean finished;

    ChatTurn(Request request, MonoSink<ChatState> sink) {
        this.request = request;
        this.sink = sink;
    }

    /** The agent asks for tools; answers which request of the turn it is. */
    int asked(StreamEvent.ClientToolRequest tools) {
        asked = tools;
        finished = false;
        results.clear();
        return ++requests;
    }

    boolean isAsked() {
        return asked != null;
    }

    /** Whether this request is the one that waits for results. */
    boolean isAsked(int request) {
        return asked != null && requests == request;
    }

    String execution() {
        return Objects.requireNonNull(asked).executionId();
    }

    void answer(ToolResult result) {
        results.putIfAbsent(result.toolCallId(), result);
    }

    boolean isAnswered() {
        return asked != null && asked.toolCalls().stream().allMatch(call -> results.containsKey(call.toolCallId()));
    }

    /** The server's results first, then the client's in the order of the calls. */
    List<ToolResult> takeResults() {
        StreamEvent.ClientToolRequest request = Objects.requireNonNull(asked);
        List<ToolResult> all = new ArrayList<>(request.serverToolResults());
        for (PendingToolCall call : request.toolCalls()) {
            all.add(Objects.requireNonNull(results.get(call.toolCallId())));
        }
        asked = null;
        finished = false;
        return List.copyOf(all);
    }

    void done(ChatState state) {
        sink.success(state);
    }

    void fail(Throwable error) {
        sink.error(error);
    }
}
