package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.connection.DelayStrategy;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.SlowSubscriberException;
import io.agentruntime.octavus.StreamEvent.Aborted;
import io.agentruntime.octavus.TransportState.Status;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.octavus.AgentScript;
import io.agentruntime.testkit.octavus.AgentTurn;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServer;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServerBuilder;
import io.agentruntime.testkit.octavus.ReceivedMessage;
import io.agentruntime.testkit.octavus.Say;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * What the platform's own JavaScript client gets wrong, each as a test of ours, over real sockets. Subclasses say which.
 */
abstract class JavaScriptClientFaults {

    /** Never reached unless something is broken; no test measures time. */
    static final Duration LIMIT = Duration.ofSeconds(30);

    /** A round trip long enough for events of one turn to come after the next has been sent. */
    private static final Duration LATENCY = Duration.ofMillis(100);

    private static final Duration PACE = Duration.ofMillis(10);

    EmbeddedOctavusServer server;
    private final List<OctavusSocketTransport> transports = new ArrayList<>();

    /** A socket to the server, of the kind under test. */
    abstract OctavusSocketBuilder socket();

    /** Makes the server hear nothing and say nothing, without closing anything. */
    void freeze() {
        server.faults().freezeSockets();
    }

    /** Lets no connection come about, without refusing it either. */
    void stallConnecting(boolean on) {
        server.faults().stallUpgrades(on);
    }

    /** Makes the next connect fail. */
    void refuseConnecting() {
        server.faults().refuseUpgrades(503, 1);
    }

    @BeforeEach
    void start() {
        server = serverOptions(EmbeddedOctavusServer.builder()).start().block(LIMIT);
        server.agent(talker(20));
    }

    EmbeddedOctavusServerBuilder serverOptions(EmbeddedOctavusServerBuilder options) {
        return options;
    }

    @AfterEach
    void closeAll() {
        transports.forEach(transport -> transport.close().block(LIMIT));
        server.close().block(LIMIT);
    }

    private OctavusSocketTransport transport() {
        return transport(options -> options);
    }

    private OctavusSocketTransport transport(UnaryOperator<OctavusSocketBuilder> options) {
        OctavusSocketTransport transport = options.apply(socket().reconnect(retry ->
                        retry.unlimitedRetries().strategy(DelayStrategy.table(List.of(Duration.ofMillis(20))))))
                .build();
        transports.add(transport);
        return transport;
    }

    private OctavusChat chat(OctavusSocketTransport transport) {
        return OctavusChat.builder(transport).interactiveTool("ask").build();
    }

    /** Says its trigger's name so many times. */
    private static AgentScript talker(int words) {
        return turn -> Flux.concat(
                Mono.just(Say.start(turn)),
                Flux.range(1, words).delayElements(PACE).map(word -> Say.delta("t", turn.triggerName() + " ")),
                Mono.just(Say.finish(turn, "stop")));
    }

    private static Flux<String> asking(AgentTurn turn) {
        return Flux.fromIterable(Say.clientTool(turn, "c", "ask", Map.of())).startWith(Say.start(turn));
    }

    private static String text(List<StreamEvent> events) {
        StringBuilder text = new StringBuilder();
        events.forEach(event -> {
            if (event instanceof StreamEvent.TextDelta delta) {
                text.append(delta.delta());
            }
        });
        return text.toString();
    }

    private List<String> sent() {
        return server.messages().stream().map(ReceivedMessage::type).toList();
    }

    static void eventually(String what, BooleanSupplier condition) {
        Flux.interval(Duration.ZERO, Duration.ofMillis(5))
                .onBackpressureDrop()
                .filter(tick -> condition.getAsBoolean())
                .next()
                .timeout(LIMIT, Mono.error(() -> new AssertionError("Did not come about: " + what)))
                .block();
    }

    private static List<StreamEvent> heard(Flux<StreamEvent> turn) {
        List<StreamEvent> events = Collections.synchronizedList(new ArrayList<>());
        turn.subscribe(events::add, error -> {});
        return events;
    }

    private static void awaitState(OctavusSocketTransport transport, Status status) {
        transport.connectionState().filter(state -> state.status() == status).blockFirst(LIMIT);
    }

    // ---- "A drop in mid-stream is silent and the chat streams for ever."

    @Test
    void aDropInMidStreamIsAnErrorOfTheTurnAndTheChat() {
        server.agent(talker(100_000));
        OctavusChat chat = chat(transport());
        Mono<ChatState> sent = chat.say("x").cache();
        sent.subscribe(state -> {}, error -> {});
        chat.changes().ofType(ChatChange.TextAppended.class).blockFirst(LIMIT);
        server.faults().dropAllSockets();

        assertThatThrownBy(() -> sent.block(LIMIT)).isInstanceOf(SessionEndedException.class);
        assertThat(chat.state().status()).isEqualTo(ChatStatus.ERROR);
    }

    // ---- "After a drop with a pending tool, the result goes to a new socket without session."

    @Test
    void afterADropAResultIsNotSentToASocketWithoutItsSession() {
        server.agent(JavaScriptClientFaults::asking);
        OctavusSocketTransport transport = transport();
        transport.trigger("a").blockLast(LIMIT);
        Mono<SessionReset> reset = transport.sessionResets().next().cache();
        reset.subscribe();
        server.faults().dropAllSockets();
        reset.block(LIMIT);

        StepVerifier.create(transport.continueWith("execution-1", List.of()))
                .expectError(ExecutionLostException.class)
                .verify(LIMIT);
        assertThat(sent()).containsExactly("trigger");
    }

    // ---- "A failed connect never settles, and every later send hangs."

    @Test
    void aFailedConnectSettlesAndTheNextTurnConnects() {
        refuseConnecting();
        OctavusSocketTransport transport = transport();

        StepVerifier.create(transport.connect()).expectError().verify(LIMIT);
        assertThat(transport.currentState().status()).isEqualTo(Status.ERROR);
        assertThat(transport.currentState().error()).isPresent();
        assertThat(text(transport.trigger("a").collectList().block(LIMIT))).startsWith("a a ");
    }

    // ---- "No connect limit, no half-open detection, no reconnect; the lazy session is lost on reconnect."

    @Test
    void connectingHasALimit() {
        stallConnecting(true);
        OctavusSocketTransport transport = transport(options -> options.connectTimeout(Duration.ofMillis(200)));

        StepVerifier.create(transport.trigger("a")).expectError().verify(LIMIT);
        assertThat(transport.currentState().status()).isEqualTo(Status.ERROR);
        stallConnecting(false);
    }

    @Test
    void aSocketThatIsDeadBothWaysIsFoundOutAndReplaced() {
        server.agent(talker(100_000));
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        OctavusSocketTransport transport = transport(options -> options.timer(time));
        AtomicReference<Throwable> end = new AtomicReference<>();
        transport.trigger("a").subscribe(event -> {}, end::set);
        eventually("the trigger is there", () -> !server.messages("trigger").isEmpty());
        freeze();

        // For the client no time has passed so far: no standstill of this machine is taken for the server's silence.
        eventually("the silence is found out", () -> {
            time.advanceTimeBy(Duration.ofSeconds(1));
            return end.get() != null;
        });
        assertThat(end.get()).isInstanceOf(SessionEndedException.class);
        eventually("the socket is replaced", () -> {
            time.advanceTimeBy(Duration.ofMillis(1));
            return transport.currentState().status() == Status.CONNECTED;
        });
    }

    @Test
    void aLostSocketIsReplacedAndTheLossOfItsSessionIsSaid() {
        OctavusSocketTransport transport = transport();
        transport.trigger("a").blockLast(LIMIT);
        Mono<SessionReset> reset = transport.sessionResets().next().cache();
        reset.subscribe();
        server.faults().dropAllSockets();

        assertThat(reset.block(LIMIT).cause()).isNotNull();
        assertThat(text(transport.trigger("b").collectList().block(LIMIT))).startsWith("b b ");
    }

    @Test
    void aSessionWithANameIsNamedAgainAfterEachReconnectBeforeAnythingElse() {
        OctavusSocketTransport transport = transport(options -> options.sessionId("s-1"));
        transport.trigger("a").blockLast(LIMIT);
        server.faults().dropAllSockets();
        eventually("the session is named again", () -> server.messages("init").size() == 2);
        transport.trigger("b").blockLast(LIMIT);

        assertThat(sent()).containsExactly("init", "trigger", "init", "trigger");
        assertThat(server.messages("init"))
                .allSatisfy(init ->
                        assertThat(init.message().path("sessionId").asString()).isEqualTo("s-1"));
    }

    // ---- "`disconnect()` while connecting comes back connected."

    @Test
    void disconnectWhileConnectingStaysDisconnected() {
        stallConnecting(true);
        OctavusSocketTransport transport = transport();
        Mono<Void> connecting = transport.connect().cache();
        connecting.subscribe(nothing -> {}, error -> {});
        awaitState(transport, Status.CONNECTING);
        transport.disconnect().block(LIMIT);
        stallConnecting(false);

        assertThatThrownBy(() -> connecting.block(LIMIT)).isInstanceOf(DisconnectedException.class);
        assertThat(transport.currentState()).isEqualTo(TransportState.DISCONNECTED);
        eventually("no connection is left", () -> server.connections() == 0);
    }

    // ---- "`disconnect()` then `connect()` leaks a socket and reports `disconnected`."

    @Test
    void disconnectThenConnectHasOneSocketAndSaysConnected() {
        OctavusSocketTransport transport = transport();
        transport.connect().block(LIMIT);
        transport.disconnect().subscribe();
        transport.connect().block(LIMIT);

        assertThat(transport.currentState().name()).isEqualTo("connected");
        eventually("one connection is left", () -> server.connections() == 1);
    }

    // ---- "Messages sent right at open are lost (11 of 40)."

    @Test
    void whatIsSentRightAtOpeningIsNotLost() {
        for (int i = 0; i < 40; i++) {
            OctavusSocketTransport transport = transport(options -> options.sessionId("s-1"));
            List<StreamEvent> events =
                    transport.trigger("a").take(2).collectList().block(LIMIT);
            assertThat(events).hasSize(2);
            transport.close().block(LIMIT);
        }

        assertThat(server.messages("init")).hasSize(40);
        assertThat(server.messages("trigger")).hasSize(40);
    }

    // ---- "Two triggers: the first iterator never ends."

    @Test
    void twoTriggersTheFirstEndsAndSaysWhy() {
        server.agent(
                turn -> talker("a".equals(turn.triggerName()) ? 100_000 : 50).turn(turn));
        OctavusSocketTransport transport = transport();
        Mono<List<StreamEvent>> first = transport.trigger("a").collectList().cache();
        first.subscribe();
        eventually("the trigger is there", () -> !server.messages("trigger").isEmpty());
        List<StreamEvent> second = transport.trigger("b").collectList().block(LIMIT);

        List<StreamEvent> events = first.block(LIMIT);
        assertThat(events.get(events.size() - 1)).isEqualTo(new Aborted(Aborted.Reason.REPLACED));
        assertThat(text(second)).isEqualTo("b ".repeat(50));
    }

    // ---- "A stale `finish` ends the next turn, 10 of 10 at 100 ms latency;"

    @Test
    void aStaleFinishDoesNotEndTheNextTurn() {
        server.faults().latency(LATENCY);
        OctavusSocketTransport transport = transport();
        for (int i = 0; i < 10; i++) {
            String name = "n" + i;
            // The first turn is over at the server when the second begins, and its finish is under way.
            List<StreamEvent> events = transport
                    .trigger("stale")
                    .ofType(StreamEvent.TextDelta.class)
                    .skip(15)
                    .next()
                    .flatMapMany(almostOver -> transport.trigger(name))
                    .collectList()
                    .block(LIMIT);

            assertThat(text(events)).isEqualTo((name + " ").repeat(20));
            assertThat(events.get(events.size() - 1)).isInstanceOf(StreamEvent.Finish.class);
        }
    }

    // ---- "after a stop, stale events enter the next turn."

    @Test
    void afterAStopStaleEventsDoNotEnterTheNextTurn() {
        server.faults().latency(LATENCY);
        OctavusSocketTransport transport = transport();
        for (int i = 0; i < 10; i++) {
            String name = "n" + i;
            heard(transport.trigger("stale"));
            eventually("the turn has begun", () -> server.messages("trigger").size() % 2 == 1);
            transport.stop().block(LIMIT);
            List<StreamEvent> events = transport.trigger(name).collectList().block(LIMIT);

            assertThat(text(events)).isEqualTo((name + " ").repeat(20));
        }
    }

    // ---- "`stop()` while connecting still sends the trigger."

    @Test
    void stopWhileConnectingDoesNotSendTheTrigger() {
        stallConnecting(true);
        OctavusSocketTransport transport = transport();
        Mono<List<StreamEvent>> turn = transport.trigger("a").collectList().cache();
        turn.subscribe();
        awaitState(transport, Status.CONNECTING);
        transport.stop().block(LIMIT);
        stallConnecting(false);

        assertThat(turn.block(LIMIT)).containsExactly(new Aborted(Aborted.Reason.STOPPED));
        transport.trigger("b").blockLast(LIMIT);
        assertThat(server.messages("trigger"))
                .singleElement()
                .satisfies(trigger -> assertThat(
                                trigger.message().path("triggerName").asString())
                        .isEqualTo("b"));
    }

    // ---- "Breaking out of the stream does not stop the server."

    @Test
    void breakingOutOfTheStreamStopsTheServer() {
        AtomicBoolean cancelled = new AtomicBoolean();
        server.agent(turn -> talker(100_000).turn(turn).doOnCancel(() -> cancelled.set(true)));
        transport().trigger("a").take(3).blockLast(LIMIT);

        eventually("the server has stopped", cancelled::get);
        assertThat(sent()).containsExactly("trigger", "stop");
    }

    // ---- "A tool result after stop is sent under the next execution."

    @Test
    void aResultAfterAStopIsSentNowhere() {
        server.agent(JavaScriptClientFaults::asking);
        OctavusChat chat = chat(transport());
        chat.say("one").subscribe(state -> {}, error -> {});
        chat.states()
                .filter(state -> state.status() == ChatStatus.AWAITING_INPUT)
                .blockFirst(LIMIT);
        chat.stop().block(LIMIT);
        server.agent(talker(5));
        Mono<ChatState> next = chat.say("two").cache();
        next.subscribe();

        StepVerifier.create(chat.submit("c", "late"))
                .expectError(ToolCallNotPendingException.class)
                .verify(LIMIT);
        next.block(LIMIT);
        assertThat(server.messages("continue")).isEmpty();
    }

    // ---- "Malformed JSON and terminal events that fail the schema hang the chat."

    @Test
    void malformedJsonEndsTheTurn() {
        server.agent(turn -> Flux.just(Say.start(turn), "{\"type\":\"fin").concatWith(Flux.never()));

        StepVerifier.create(transport().trigger("a"))
                .expectNextCount(1)
                .expectError(DecodeException.class)
                .verify(LIMIT);
    }

    @Test
    void aFinishThatFailsTheSchemaEndsTheTurn() {
        server.agent(turn -> Flux.just(Say.start(turn), "{\"type\":\"finish\",\"finishReason\":{}}"));

        StepVerifier.create(transport().trigger("a"))
                .expectNextCount(1)
                .expectError(DecodeException.class)
                .verify(LIMIT);
    }

    @Test
    void anErrorThatFailsTheSchemaEndsTheTurn() {
        server.agent(turn -> Flux.just(Say.start(turn), "{\"type\":\"error\",\"message\":7}"));

        StepVerifier.create(transport().trigger("a"))
                .expectNextCount(1)
                .expectError(AgentErrorException.class)
                .verify(LIMIT);
    }

    // ---- "An exception in a listener drops the event."

    @Test
    void anExceptionInASubscriberLosesNothingForOthers() {
        OctavusSocketTransport transport = transport();
        transport
                .customEvents()
                .subscribe(
                        event -> {
                            throw new IllegalStateException("broken subscriber");
                        },
                        error -> {});
        Mono<List<StreamEvent.Custom>> custom =
                transport.customEvents().take(2).collectList().cache();
        custom.subscribe();
        transport.connect().block(LIMIT);
        eventually("the socket is open", () -> server.connections() == 1);
        server.push("one", Map.of());
        server.push("two", Map.of());

        assertThat(custom.block(LIMIT)).extracting(StreamEvent.Custom::type).containsExactly("one", "two");
    }

    // ---- "The queue is unbounded."

    @Test
    void theQueueIsBounded() {
        server.agent(turn -> Flux.range(0, 100_000)
                .map(i -> Say.delta("t", "x".repeat(100)))
                .startWith(Say.start(turn))
                .concatWith(Flux.never()));
        OctavusSocketTransport transport = transport(options -> options.maxReadPause(Duration.ofMillis(100))
                .streams(StreamOptions.defaults().withCapacity(64)));

        // Reads one event, and the next ones when it is too late; the end comes behind what is buffered.
        StepVerifier.create(transport.trigger("a"), 1)
                .expectNextCount(1)
                .then(() -> eventually(
                        "the server has been told",
                        () -> !server.messages("stop").isEmpty()))
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(event -> true)
                .expectError(SlowSubscriberException.class)
                .verify(LIMIT);
    }

    // ---- "Text ids are ignored, so interleaved parts mix; tool-input deltas are not accumulated."

    @Test
    void interleavedPartsDoNotMixAndToolInputIsAccumulated() {
        server.agent(turn -> Flux.just(
                Say.start(turn),
                Say.event("text-start", "id", "1"),
                Say.event("text-start", "id", "2"),
                Say.delta("1", "a"),
                Say.delta("2", "x"),
                Say.delta("1", "b"),
                Say.event("tool-input-start", "toolCallId", "c", "toolName", "n"),
                Say.event("tool-input-delta", "toolCallId", "c", "inputTextDelta", "{\"q\":"),
                Say.event("tool-input-delta", "toolCallId", "c", "inputTextDelta", "[1,2]}"),
                Say.finish(turn, "stop")));
        ChatMessage answer = last(chat(transport()).say("x").block(LIMIT));

        assertThat(((MessagePart.Text) answer.parts().get(0)).text()).isEqualTo("ab");
        assertThat(((MessagePart.Text) answer.parts().get(1)).text()).isEqualTo("x");
        assertThat(((ToolCallPart) answer.parts().get(2)).partialArgs()).contains(Map.of("q", List.of(1L, 2L)));
    }

    private static ChatMessage last(@Nullable ChatState state) {
        assertThat(state).isNotNull();
        return state.messages().get(state.messages().size() - 1);
    }

    // ---- "Finish reasons error, length and content-filter look like success."

    @Test
    void finishReasonsAreToldApart() {
        OctavusChat chat = chat(transport());
        for (FinishReason reason : List.of(FinishReason.LENGTH, FinishReason.CONTENT_FILTER, FinishReason.STOP)) {
            server.agent(turn -> Flux.just(Say.start(turn), Say.delta("t", "x"), Say.finish(turn, reason.wire())));
            ChatState state = chat.say("x").block(LIMIT);
            assertThat(state.finishReason()).contains(reason);
            assertThat(last(state).finishReason()).isEqualTo(reason);
        }
        server.agent(turn -> Flux.just(Say.start(turn), Say.finish(turn, "error")));
        assertThatThrownBy(() -> chat.say("x").block(LIMIT)).isInstanceOf(AgentErrorException.class);
        assertThat(chat.state().status()).isEqualTo(ChatStatus.ERROR);
    }
}
