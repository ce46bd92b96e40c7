package io.agentruntime.octavus;

import io.agentruntime.connection.SerialExecutor;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.OverflowPolicy;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * A conversation with an agent, as a chat shows it: messages and their parts, what the agent is doing, tools of the client.
 *
 * <pre>{@code
 * OctavusChat chat = OctavusChat.builder(transport)
 *         .clientTool("get-location", call -> Mono.just(Map.of("city", "Berlin")))
 *         .interactiveTool("confirm-booking")
 *         .build();
 * chat.states().subscribe(state -> draw(state));
 * chat.say("Hello").subscribe();
 * }</pre>
 *
 * <p>What is sent is shown at once. A call of an automatic tool is answered by its handler, and the agent goes on in the same
 * message; one of an interactive tool waits for {@link #submit} or {@link #cancel}; one that nobody handles is answered with
 * an error. Results go to the execution that asked for them, or nowhere. A chat uses its transport alone, and leaves closing it
 * to whoever made it.
 */
public final class OctavusChat {

    private final ChatSettings settings;
    private final OctavusTransport transport;
    private final ChatReducer reducer;
    private final SerialExecutor inbox = new SerialExecutor();
    private final HotStream<ChatState> states = new HotStream<>("chat states", null);
    private final HotStream<ChatChange> changes = new HotStream<>("chat changes", null);
    private final Disposable resets;
    private volatile ChatState state;

    // Only touched by tasks of the inbox.
    private @Nullable ChatTurn current;
    private ChatTurn.@Nullable Request last;
    private boolean closed;

    OctavusChat(ChatSettings settings) {
        this.settings = settings;
        this.transport = settings.transport();
        this.reducer = new ChatReducer(settings.json());
        this.state = settings.initial();
        this.resets = transport.sessionResets().subscribe(reset -> inbox.execute(() -> conversationLost(reset)));
    }

    /** Starts to configure a chat. */
    public static OctavusChatBuilder builder(OctavusTransport transport) {
        return new OctavusChatBuilder(transport);
    }

    // ---- What it shows

    /** The present snapshot. */
    public ChatState state() {
        return state;
    }

    /**
     * The present snapshot, then a newer one whenever something has changed; a subscriber that is slow gets the newest only.
     * Never fails; completes at {@link #close()}.
     */
    public Flux<ChatState> states() {
        return states.fluxAfter(this::state, inbox, settings.streams().withPolicy(OverflowPolicy.LATEST));
    }

    /** Each small change from subscription on, in order. Completes at {@link #close()}. */
    public Flux<ChatChange> changes() {
        return changes.flux(settings.streams());
    }

    // ---- What the user does

    /** Sends a text, as the trigger {@code user-message} with the input {@code USER_MESSAGE}. See {@link #send}. */
    public Mono<ChatState> say(String text) {
        return send("user-message", Map.of("USER_MESSAGE", text), UserMessage.text(text));
    }

    /** Sends a trigger that shows nothing of the user's. */
    public Mono<ChatState> send(String triggerName, @Nullable Map<String, ?> input) {
        return send(triggerName, input, null);
    }

    /**
     * Sends a trigger, and shows the user's message at once. The turn that runs is stopped. Cold.
     *
     * <p>Emits the state when the turn is over, continuations and all: finished, stopped or replaced by another. Errors: what the turn failed with, which is
     * {@link ChatState#error()} as well; {@link RuntimeClosedException}. Cancelling stops the turn.
     */
    public Mono<ChatState> send(String triggerName, @Nullable Map<String, ?> input, @Nullable UserMessage message) {
        return Mono.create(sink -> {
            ChatTurn turn = new ChatTurn(new ChatTurn.Request(triggerName, input, message, -1), sink);
            sink.onCancel(() -> inbox.execute(() -> stop(turn)));
            inbox.execute(() -> begin(turn));
        });
    }

    /**
     * Sends the last trigger again; what it had led to before is taken back, the user's message shown anew. As {@link #send}
     * otherwise. Errors: {@link IllegalStateException} when nothing has been sent.
     */
    public Mono<ChatState> retry() {
        return Mono.create(sink -> inbox.execute(() -> {
            ChatTurn.Request again = last;
            if (again == null) {
                sink.error(new IllegalStateException("There is nothing to try again"));
                return;
            }
            ChatTurn turn = new ChatTurn(again, sink);
            sink.onCancel(() -> inbox.execute(() -> stop(turn)));
            begin(turn);
        }));
    }

    /** Stops the turn that runs, or waits for the user. Completes when the server has been told; never fails. */
    public Mono<Void> stop() {
        return Mono.<Boolean>create(sink -> inbox.execute(() -> {
                    ChatTurn turn = current;
                    if (turn != null) {
                        end(turn, reducer.stopped(state), null);
                    }
                    sink.success(turn != null);
                }))
                .filter(running -> running)
                .flatMap(running -> transport.stop());
    }

    /**
     * Answers a call that waits for the user. When it is the last of its request, the agent goes on.
     *
     * @param result anything that Jackson can write; {@code null} for nothing
     */
    public Mono<Void> submit(String toolCallId, @Nullable Object result) {
        return answer(toolCallId, result, null);
    }

    /** Declines a call that waits for the user: {@code User cancelled}. */
    public Mono<Void> cancel(String toolCallId) {
        return cancel(toolCallId, "User cancelled");
    }

    /** Declines a call that waits for the user. */
    public Mono<Void> cancel(String toolCallId, String reason) {
        return answer(toolCallId, null, reason);
    }

    /** Stops the turn that runs, and completes the streams. The transport stays open. Idempotent; never fails. */
    public Mono<Void> close() {
        return stop().then(Mono.fromRunnable(() -> inbox.execute(() -> {
            closed = true;
            resets.dispose();
            states.complete();
            changes.complete();
        })));
    }

    // ---- Turns; tasks of the inbox

    private void begin(ChatTurn turn) {
        if (closed) {
            turn.fail(new RuntimeClosedException());
            return;
        }
        ChatTurn before = current;
        if (before != null) {
            end(before, reducer.stopped(state), null);
        }
        ChatTurn.Request request = turn.request;
        int index = request.fromIndex() < 0 ? state.messages().size() : request.fromIndex();
        apply(ChatReducer.removed(state, index));
        Instant now = Instant.ofEpochMilli(settings.timer().now(TimeUnit.MILLISECONDS));
        apply(reducer.begin(
                state, request.shown(settings.ids(), now), settings.ids().get(), now));
        last = request.at(index);
        current = turn;
        listen(turn, transport.trigger(request.triggerName(), request.input()));
    }

    private void listen(ChatTurn turn, Flux<StreamEvent> events) {
        turn.events.update(events.subscribe(
                event -> inbox.execute(() -> onEvent(turn, event)),
                error -> inbox.execute(() -> onFailed(turn, error)),
                () -> inbox.execute(() -> onCompleted(turn))));
    }

    private void onEvent(ChatTurn turn, StreamEvent event) {
        if (turn != current) {
            return;
        }
        apply(reducer.event(state, event));
        if (event instanceof StreamEvent.ClientToolRequest request) {
            int number = turn.asked(request);
            apply(ChatReducer.pending(state, settings.tools().forTheUser(request.toolCalls())));
            turn.tools.update(settings.tools()
                    .results(request.toolCalls())
                    .subscribe(result -> inbox.execute(() -> onResult(turn, number, result))));
        }
    }

    private void onResult(ChatTurn turn, int request, ToolResult result) {
        if (turn == current && turn.isAsked(request)) {
            turn.answer(result);
            apply(ChatReducer.answered(state, result));
            goOnWhenAnswered(turn);
        }
    }

    private void onCompleted(ChatTurn turn) {
        if (turn != current) {
            return;
        }
        if (turn.isAsked() && state.live() != null) {
            turn.finished = true;
            goOnWhenAnswered(turn);
        } else {
            end(turn, reducer.stopped(state), state.error().orElse(null));
        }
    }

    /** The turn that asked must have finished: its end would be taken for that of the continuation. */
    private void goOnWhenAnswered(ChatTurn turn) {
        if (turn.finished && turn.isAnswered()) {
            String execution = turn.execution();
            apply(ChatReducer.continued(state));
            listen(turn, transport.continueWith(execution, turn.takeResults()));
        }
    }

    private void onFailed(ChatTurn turn, Throwable error) {
        if (turn == current) {
            end(turn, reducer.failed(state, error), error);
        }
    }

    private void stop(ChatTurn turn) {
        if (turn == current) {
            end(turn, reducer.stopped(state), null);
            transport.stop().subscribe();
        }
    }

    /** The server has forgotten what it asked for. */
    private void conversationLost(SessionReset reset) {
        ChatTurn turn = current;
        if (turn != null && turn.isAsked()) {
            RuntimeClientException lost = new ExecutionLostException(turn.execution());
            lost.addSuppressed(reset.cause());
            end(turn, reducer.failed(state, lost), lost);
        }
    }

    private Mono<Void> answer(String toolCallId, @Nullable Object result, @Nullable String error) {
        return Mono.create(sink -> inbox.execute(() -> answer(toolCallId, result, error, sink)));
    }

    private void answer(String callId, @Nullable Object result, @Nullable String error, MonoSink<Void> sink) {
        ChatTurn turn = current;
        PendingToolCall call = state.pendingTools().stream()
                .filter(pending -> pending.toolCallId().equals(callId))
                .findFirst()
                .orElse(null);
        if (turn == null || call == null) {
            sink.error(new ToolCallNotPendingException(callId));
            return;
        }
        ToolResult answer = error == null ? call.result(result) : call.failure(error);
        turn.answer(answer);
        apply(ChatReducer.answered(state, answer));
        apply(ChatReducer.pending(
                state,
                state.pendingTools().stream()
                        .filter(other -> !other.toolCallId().equals(callId))
                        .toList()));
        goOnWhenAnswered(turn);
        sink.success();
    }

    private void end(ChatTurn turn, ChatStep step, @Nullable Throwable error) {
        current = null;
        turn.tools.dispose();
        apply(step);
        if (error == null) {
            turn.done(state);
        } else {
            turn.fail(error);
        }
    }

    private void apply(ChatStep step) {
        boolean shown = !step.changes().isEmpty();
        state = step.state();
        for (ChatChange change : step.changes()) {
            changes.next(change);
        }
        if (shown) {
            states.next(step.state());
        }
    }
}
