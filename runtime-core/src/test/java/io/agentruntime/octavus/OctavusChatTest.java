package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.octavus.AgentTurn;
import io.agentruntime.testkit.octavus.DemoAgent;
import io.agentruntime.testkit.octavus.Say;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A chat over a socket, in memory and virtual time. {@link ChatModelTest} has the rules for its parts. */
class OctavusChatTest extends MemoryScenario {

    private final OctavusSocketTransport transport = transport();
    private OctavusChat chat = chat(options -> options);

    @BeforeEach
    void agent() {
        server.agent(new DemoAgent(Duration.ofMillis(10), time));
    }

    private OctavusChat chat(UnaryOperator<OctavusChatBuilder> options) {
        return options.apply(OctavusChat.builder(transport)
                        .timer(time)
                        .streams(StreamOptions.defaults().withDeliverOn(time)))
                .build();
    }

    private ChatMessage answer() {
        List<ChatMessage> messages = chat.state().messages();
        return messages.get(messages.size() - 1);
    }

    private ToolCallPart call() {
        return answer().parts().stream()
                .filter(ToolCallPart.class::isInstance)
                .map(ToolCallPart.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private String lastSent() {
        return server.messages().get(server.messages().size() - 1).message().toString();
    }

    @Test
    void theUsersMessageIsShownAtOnceAndTheAnswerAsItComes() {
        Seen<ChatState> states = watch(chat.states());
        Seen<ChatState> sent = watch(chat.say("Hello"));
        assertThat(chat.state().messages()).hasSize(1);
        assertThat(chat.state().messages().get(0).text()).isEqualTo("Hello");
        pass(Duration.ofSeconds(1));

        assertThat(answer().text()).isEqualTo("You said: Hello");
        assertThat(sent.values).singleElement().isSameAs(chat.state());
        assertThat(sent.completed).isTrue();
        assertThat(states.values.get(0).status()).isEqualTo(ChatStatus.IDLE);
        assertThat(states.last()).isSameAs(chat.state());
        assertThat(states.values.stream()
                        .filter(state -> state.messages().size() == 2)
                        .map(state -> state.messages().get(1).text())
                        .distinct())
                .containsExactly("", "You ", "You said: ", "You said: Hello");
        assertThat(lastSent()).contains("\"triggerName\":\"user-message\"", "\"USER_MESSAGE\":\"Hello\"");
    }

    @Test
    void changesComeInOrderAndLeadToTheState() {
        Seen<ChatChange> changes = watch(chat.changes());
        watch(chat.say("Hello"));
        pass(Duration.ofSeconds(1));

        StringBuilder text = new StringBuilder();
        changes.values.forEach(change -> {
            if (change instanceof ChatChange.TextAppended appended) {
                text.append(appended.delta());
            }
        });
        assertThat(text).hasToString("You said: Hello");
        assertThat(changes.values.get(0)).isInstanceOf(ChatChange.MessageAdded.class);
        assertThat(changes.last()).isEqualTo(new ChatChange.StatusChanged(ChatStatus.IDLE));
    }

    @Test
    void aToolOfTheServerIsShownWithItsResult() {
        watch(chat.say("What is the weather?"));
        pass(Duration.ofSeconds(1));

        assertThat(call().status()).isEqualTo(PartStatus.DONE);
        assertThat(call().args().orElseThrow().string("city")).isEqualTo("Berlin");
        assertThat(answer().text()).isEqualTo("It is 21 degrees in Berlin.");
        assertThat(server.messages()).hasSize(1);
    }

    @Test
    void anAutomaticToolAnswersAndTheAgentGoesOnInTheSameMessage() {
        chat = chat(options -> options.clientTool("get-location", call -> Mono.just(Map.of("city", "Bonn"))));
        Seen<ChatState> sent = watch(chat.say("Where am I?"));
        pass(Duration.ofSeconds(1));

        assertThat(sent.completed).isTrue();
        assertThat(call().result()).contains(Map.of("city", "Bonn"));
        assertThat(answer().text()).isEqualTo("The tool says: {\"city\":\"Bonn\"}");
        assertThat(chat.state().messages()).hasSize(2);
        assertThat(lastSent())
                .contains(
                        "\"type\":\"continue\"",
                        "\"executionId\":\"execution-1\"",
                        "\"toolCallId\":\"call-1\"",
                        "\"toolName\":\"get-location\"");
    }

    @Test
    void anInteractiveToolAwaitsItsAnswer() {
        chat = chat(options -> options.interactiveTool("confirm-booking"));
        Seen<ChatState> sent = watch(chat.say("Book it"));
        pass(Duration.ofSeconds(1));
        assertThat(chat.state().status()).isEqualTo(ChatStatus.AWAITING_INPUT);
        PendingToolCall pending = chat.state().pendingTools().get(0);
        assertThat(pending.args().text()).isEqualTo("{\"seats\":2}");
        assertThat(sent.ended()).isFalse();

        Seen<Void> submitted = watch(chat.submit(pending.toolCallId(), "yes"));
        assertThat(chat.state().status()).isEqualTo(ChatStatus.STREAMING);
        pass(Duration.ofSeconds(1));

        assertThat(submitted.completed).isTrue();
        assertThat(answer().text()).isEqualTo("Please confirm.The tool says: \"yes\"");
        assertThat(chat.state().status()).isEqualTo(ChatStatus.IDLE);
        assertThat(sent.completed).isTrue();
    }

    @Test
    void anInteractiveToolCanBeCancelled() {
        chat = chat(options -> options.interactiveTool("confirm-booking"));
        watch(chat.say("Book it"));
        pass(Duration.ofSeconds(1));
        watch(chat.cancel(chat.state().pendingTools().get(0).toolCallId()));
        pass(Duration.ofSeconds(1));

        assertThat(lastSent()).contains("\"error\":\"User cancelled\"");
        assertThat(call().status()).isEqualTo(PartStatus.ERROR);
        assertThat(call().error()).contains("User cancelled");
    }

    @Test
    void aToolThatNobodyHandlesIsAnsweredWithAnError() {
        watch(chat.say("Where am I?"));
        pass(Duration.ofSeconds(1));

        assertThat(lastSent()).contains("\"error\":\"No client handler for tool: get-location\"");
        assertThat(chat.state().status()).isEqualTo(ChatStatus.IDLE);
    }

    @Test
    void aHandlerThatFailsTellsTheAgentWhy() {
        chat = chat(options -> options.clientTool("get-location", call -> {
            throw new IllegalStateException("no GPS");
        }));
        watch(chat.say("Where am I?"));
        pass(Duration.ofSeconds(1));

        assertThat(lastSent()).contains("\"error\":\"no GPS\"");
        assertThat(chat.state().status()).isEqualTo(ChatStatus.IDLE);
    }

    @Test
    void aHandlerHasALimit() {
        chat = chat(options ->
                options.clientTool("get-location", call -> Mono.never()).toolTimeout(Duration.ofSeconds(5)));
        watch(chat.say("Where am I?"));
        pass(Duration.ofSeconds(4));
        assertThat(server.messages()).hasSize(1);

        pass(Duration.ofSeconds(2));
        assertThat(lastSent()).contains("did not finish within PT5S");
    }

    @Test
    void handlersAnswerSoManyCallsAtATime() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        chat = chat(options -> options.toolConcurrency(2)
                .clientTool(
                        "slow",
                        call -> Mono.delay(Duration.ofSeconds(1), time)
                                .doOnSubscribe(s -> most.accumulateAndGet(running.incrementAndGet(), Math::max))
                                .doOnTerminate(running::decrementAndGet)
                                .thenReturn(call.toolCallId())));
        server.agent(turn -> turn.isTrigger() ? request(turn, "slow", 5) : finish(turn));
        watch(chat.send("a", null));
        pass(Duration.ofSeconds(10));

        assertThat(most).hasValue(2);
        assertThat(server.messages("continue")
                        .get(0)
                        .message()
                        .path("toolResults")
                        .size())
                .isEqualTo(6); // with the server's own
        assertThat(lastSent()).containsSubsequence("c0", "c1", "c2", "c3", "c4");
    }

    private static Flux<String> request(AgentTurn turn, String tool, int calls) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            all.add(Map.of("toolCallId", "c" + i, "toolName", tool, "args", Map.of()));
        }
        return Flux.just(
                Say.start(turn),
                Say.event(
                        "client-tool-request",
                        "executionId",
                        turn.executionId(),
                        "toolCalls",
                        all,
                        "serverToolResults",
                        List.of(Map.of("toolCallId", "server", "result", 1))),
                Say.finish(turn, "client-tool-calls"));
    }

    private static Flux<String> finish(AgentTurn turn) {
        return Flux.just(Say.start(turn), Say.finish(turn, "stop"));
    }

    @Test
    void serverResultsComeFirst() {
        server.agent(turn -> turn.isTrigger() ? request(turn, "nobodys", 1) : finish(turn));
        watch(chat.send("a", null));
        pass(Duration.ofSeconds(1));

        assertThat(lastSent()).contains("[{\"toolCallId\":\"server\",\"result\":1},{\"toolCallId\":\"c0\"");
    }

    @Test
    void stopEndsTheTurnAtOnce() {
        Seen<ChatState> sent = watch(chat.say("count"));
        pass(Duration.ofMillis(500));
        Seen<Void> stopped = watch(chat.stop());
        pass(Duration.ofSeconds(20));

        assertThat(stopped.completed).isTrue();
        assertThat(sent.values).singleElement().isSameAs(chat.state());
        assertThat(chat.state().status()).isEqualTo(ChatStatus.IDLE);
        assertThat(answer().status()).isEqualTo(ChatMessage.Status.DONE);
        assertThat(answer().text()).startsWith("1 2 3").doesNotContain("100");
        assertThat(server.messages("stop")).hasSize(1);
    }

    @Test
    void cancellingWhatWasSentStopsIt() {
        var waiting = chat.say("count").subscribe();
        pass(Duration.ofMillis(500));
        waiting.dispose();
        pass(Duration.ofSeconds(1));

        assertThat(chat.state().status()).isEqualTo(ChatStatus.IDLE);
        assertThat(server.messages("stop")).hasSize(1);
    }

    @Test
    void aResultAfterAStopGoesNowhere() {
        chat = chat(options -> options.interactiveTool("confirm-booking")
                .clientTool("get-location", call -> Mono.delay(Duration.ofSeconds(2), time)));
        watch(chat.say("Book it"));
        pass(Duration.ofSeconds(1));
        String call = chat.state().pendingTools().get(0).toolCallId();
        watch(chat.stop());
        watch(chat.say("Where am I?"));
        Seen<Void> late = watch(chat.submit(call, "yes"));
        pass(Duration.ofSeconds(1));
        watch(chat.stop());
        pass(Duration.ofSeconds(5));

        assertThat(late.error).isInstanceOf(ToolCallNotPendingException.class);
        assertThat(server.messages("continue")).isEmpty();
    }

    @Test
    void aNewMessageTakesThePlaceOfTheTurnThatRuns() {
        Seen<ChatState> first = watch(chat.say("count"));
        pass(Duration.ofMillis(500));
        watch(chat.say("Hello"));
        pass(Duration.ofSeconds(5));

        assertThat(first.completed).isTrue();
        assertThat(chat.state().messages()).hasSize(4);
        assertThat(chat.state().messages().get(1).status()).isEqualTo(ChatMessage.Status.DONE);
        assertThat(answer().text()).isEqualTo("You said: Hello");
    }

    @Test
    void aDropInMidStreamIsAnErrorOfTheChat() {
        Seen<ChatState> sent = watch(chat.say("count"));
        pass(Duration.ofMillis(500));
        server.faults().dropAllSockets();
        pass();

        assertThat(chat.state().status()).isEqualTo(ChatStatus.ERROR);
        assertThat(chat.state().error()).get().isInstanceOf(SessionEndedException.class);
        assertThat(sent.error).isInstanceOf(SessionEndedException.class);
        assertThat(answer().status()).isEqualTo(ChatMessage.Status.DONE);
    }

    @Test
    void aToolThatWaitsWhenTheConversationIsLostIsCancelled() {
        chat = chat(options -> options.interactiveTool("confirm-booking"));
        watch(chat.say("Book it"));
        pass(Duration.ofSeconds(1));
        server.faults().dropAllSockets();
        pass(Duration.ofSeconds(5));

        assertThat(chat.state().status()).isEqualTo(ChatStatus.ERROR);
        assertThat(chat.state().error()).get().isInstanceOf(ExecutionLostException.class);
        assertThat(call().status()).isEqualTo(PartStatus.CANCELLED);
        assertThat(server.messages("continue")).isEmpty();
    }

    @Test
    void anErrorSaysWhetherToRetryAndRetryTakesTheTurnBack() {
        AtomicInteger tries = new AtomicInteger();
        DemoAgent demo = new DemoAgent(Duration.ofMillis(10), time);
        server.agent(turn -> tries.incrementAndGet() > 1
                ? Flux.just(Say.start(turn), Say.delta("t", "Better."), Say.finish(turn, "stop"))
                : demo.turn(turn));
        Seen<ChatState> sent = watch(chat.say("fail"));
        pass(Duration.ofSeconds(1));
        assertThat(sent.error)
                .isInstanceOfSatisfying(
                        AgentErrorException.class,
                        error -> assertThat(error.isRetryable()).isTrue());
        assertThat(chat.state().messages()).hasSize(2);

        Seen<ChatState> again = watch(chat.retry());
        pass(Duration.ofSeconds(1));

        assertThat(again.completed).isTrue();
        assertThat(chat.state().messages()).hasSize(2);
        assertThat(chat.state().messages().get(0).text()).isEqualTo("fail");
        assertThat(answer().text()).isEqualTo("Better.");
        assertThat(chat.state().error()).isEmpty();
    }

    @Test
    void retryWithoutAnythingSentIsAnError() {
        assertThat(watch(chat.retry()).error).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFinishForAnErrorFailsWhatWasSent() {
        server.agent(turn -> Flux.just(Say.start(turn), Say.finish(turn, "error")));
        Seen<ChatState> sent = watch(chat.say("x"));
        pass(Duration.ofSeconds(1));

        assertThat(sent.error).isInstanceOf(AgentErrorException.class);
    }

    @Test
    void anObjectCanBeReadAsItsType() {
        watch(chat.say("Make a plan"));
        pass(Duration.ofSeconds(1));

        ObjectPart plan = (ObjectPart) answer().parts().get(0);
        assertThat(plan.object().orElseThrow().as(Plan.class)).isEqualTo(new Plan(List.of("pack", "travel"), 3));
    }

    record Plan(List<String> steps, int days) {}

    @Test
    void aUsersMessageCanHaveFilesAndObjects() {
        JsonPayload form = JsonCodec.create().payload("form", "{\"a\":1}".getBytes(StandardCharsets.UTF_8));
        FileReference file = new FileReference("f", "image/png", "https://x", "a.png", 3L);
        watch(chat.send(
                "form",
                Map.of("FILES", List.of(file)),
                UserMessage.object("Form", form).withFiles(List.of(file))));
        pass(Duration.ofSeconds(1));

        List<MessagePart> parts = chat.state().messages().get(0).parts();
        assertThat(parts.get(0)).isEqualTo(new MessagePart.File(file, null, null));
        assertThat(((ObjectPart) parts.get(1)).object()).contains(form);
        assertThat(server.messages()
                        .get(0)
                        .message()
                        .path("input")
                        .path("FILES")
                        .path(0)
                        .toString())
                .isEqualTo(
                        "{\"id\":\"f\",\"mediaType\":\"image/png\",\"url\":\"https://x\",\"filename\":\"a.png\",\"size\":3}");
    }

    @Test
    void aSlowSubscriberOfSnapshotsGetsTheNewest() {
        List<ChatState> got = new ArrayList<>();
        BaseSubscriber<ChatState> slow = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(ChatState state) {
                got.add(state);
            }
        };
        chat.states().subscribe(slow);
        watch(chat.say("Hello"));
        pass(Duration.ofSeconds(1));
        slow.request(2);
        pass();

        assertThat(got.get(got.size() - 1)).isSameAs(chat.state());
        assertThat(got).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void aSubscriberThatThrowsLosesNothingForOthers() {
        chat.changes()
                .subscribe(
                        change -> {
                            throw new IllegalStateException("broken");
                        },
                        error -> {});
        Seen<ChatChange> changes = watch(chat.changes());
        watch(chat.say("Hello"));
        pass(Duration.ofSeconds(1));

        assertThat(changes.last()).isEqualTo(new ChatChange.StatusChanged(ChatStatus.IDLE));
    }

    @Test
    void closeCompletesTheStreamsAndLeavesTheTransport() {
        Seen<ChatState> states = watch(chat.states());
        Seen<ChatChange> changes = watch(chat.changes());
        watch(chat.say("count"));
        pass(Duration.ofMillis(500));
        watch(chat.close());
        pass(Duration.ofSeconds(1));

        assertThat(states.completed).isTrue();
        assertThat(changes.completed).isTrue();
        assertThat(transport.currentState().name()).isEqualTo("connected");
        assertThat(watch(chat.say("x")).error).isInstanceOf(RuntimeClosedException.class);
    }
}
