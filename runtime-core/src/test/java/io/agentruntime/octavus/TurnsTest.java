package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.EncodeException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.SlowSubscriberException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.octavus.StreamEvent.Aborted;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.octavus.ReceivedMessage;
import io.agentruntime.testkit.octavus.Say;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** What becomes of turns, in memory and virtual time: {@link Turns} has the table. */
class TurnsTest extends MemoryScenario {

    private static final Aborted STOPPED = new Aborted(Aborted.Reason.STOPPED);
    private static final Aborted REPLACED = new Aborted(Aborted.Reason.REPLACED);

    private final OctavusSocketTransport transport = transport();

    @BeforeEach
    void agent() {
        server.agent(talker());
    }

    private List<String> sent() {
        return server.messages().stream().map(ReceivedMessage::type).toList();
    }

    @Test
    void aTurnConnectsAndEndsWithItsFinish() {
        Seen<StreamEvent> turn = watch(transport.trigger("a", Map.of("X", 1)));
        pass(Duration.ofSeconds(2));

        assertThat(text(turn)).isEqualTo("a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 ");
        assertThat(turn.values.get(0)).isInstanceOf(StreamEvent.Start.class);
        assertThat(turn.last()).isEqualTo(new StreamEvent.Finish(FinishReason.STOP, "execution-1"));
        assertThat(turn.completed).isTrue();
        assertThat(server.messages().get(0).message().toString())
                .isEqualTo("{\"type\":\"trigger\",\"triggerName\":\"a\",\"input\":{\"X\":1}}");
    }

    @Test
    void inputThatIsAbsentIsLeftOut() {
        watch(transport.trigger("a"));
        pass();

        assertThat(server.messages().get(0).message().toString())
                .isEqualTo("{\"type\":\"trigger\",\"triggerName\":\"a\"}");
    }

    @Test
    void eachSubscriptionIsATurnOfItsOwn() {
        Flux<StreamEvent> cold = transport.trigger("a");
        pass();
        assertThat(server.messages()).isEmpty();

        watch(cold);
        pass(Duration.ofSeconds(2));
        watch(cold);
        pass(Duration.ofSeconds(2));

        assertThat(sent()).containsExactly("trigger", "trigger");
    }

    @Test
    void aNewTurnEndsTheOneBefore() {
        Seen<StreamEvent> first = watch(transport.trigger("a"));
        pass(Duration.ofMillis(550));
        Seen<StreamEvent> second = watch(transport.trigger("b"));
        pass(Duration.ofSeconds(2));

        assertThat(first.last()).isEqualTo(REPLACED);
        assertThat(first.completed).isTrue();
        assertThat(text(first)).isEqualTo("a1 a2 a3 ");
        assertThat(text(second)).isEqualTo("b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 ");
        assertThat(sent()).containsExactly("trigger", "trigger");
    }

    @Test
    void lateEventsOfATurnThatWasReplacedAreDropped() {
        server.faults().latency(Duration.ofMillis(300));
        Seen<StreamEvent> first = watch(transport.trigger("a"));
        pass(Duration.ofMillis(850));
        Seen<StreamEvent> second = watch(transport.trigger("b"));
        pass(Duration.ofSeconds(3));

        assertThat(text(first)).isEqualTo("a1 a2 a3 ");
        assertThat(second.values.get(0)).isEqualTo(new StreamEvent.Start("message-2", "execution-2"));
        assertThat(text(second)).isEqualTo("b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 ");
        assertThat(second.completed).isTrue();
    }

    @Test
    void aStaleFinishDoesNotEndTheNextTurn() {
        server.faults().latency(Duration.ofMillis(300));
        watch(transport.trigger("a"));
        pass(Duration.ofMillis(1_500)); // the server has said all, the last of it is under way
        Seen<StreamEvent> second = watch(transport.trigger("b"));
        pass(Duration.ofSeconds(3));

        assertThat(text(second)).isEqualTo("b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 ");
        assertThat(second.last()).isEqualTo(new StreamEvent.Finish(FinishReason.STOP, "execution-2"));
    }

    @Test
    void aTurnWaitsForTheBeginningOfOneThatWasGivenUpBeforeIt() {
        server.faults().latency(Duration.ofMillis(300));
        Seen<StreamEvent> first = watch(transport.trigger("a"));
        pass(Duration.ofMillis(50));
        Seen<StreamEvent> second = watch(transport.trigger("b"));
        pass(Duration.ofMillis(50));
        assertThat(sent()).containsExactly("trigger");

        pass(Duration.ofSeconds(3));
        assertThat(sent()).containsExactly("trigger", "trigger");
        assertThat(first.values).containsExactly(REPLACED);
        assertThat(text(second)).isEqualTo("b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 ");
    }

    @Test
    void aTurnWaitsForABeginningThatNeverComesNoLongerThanItsLimit() {
        server.agent(turn -> turn.number() == 1 ? Flux.never() : talker().turn(turn));
        watch(transport.trigger("a"));
        pass();
        Seen<StreamEvent> second = watch(transport.trigger("b"));
        pass(Duration.ofMillis(1_900));
        assertThat(sent()).containsExactly("trigger");

        pass(Duration.ofSeconds(3));
        assertThat(text(second)).isEqualTo("b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 ");
    }

    @Test
    void aTurnThatNeverGotToTheServerTakesTheOneBeforeWithItWhenItIsStopped() {
        server.agent(turn -> Flux.never());
        watch(transport.trigger("a"));
        pass();
        Seen<StreamEvent> held = watch(transport.trigger("b"));
        pass();
        watch(transport.stop());
        pass(Duration.ofSeconds(10));

        assertThat(held.values).containsExactly(STOPPED);
        assertThat(sent()).containsExactly("trigger", "stop");
    }

    @Test
    void stopEndsTheTurnAndTellsTheServer() {
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofMillis(350));
        Seen<Void> stopped = watch(transport.stop());
        pass(Duration.ofSeconds(2));

        assertThat(stopped.completed).isTrue();
        assertThat(turn.last()).isEqualTo(STOPPED);
        assertThat(turn.completed).isTrue();
        assertThat(sent()).containsExactly("trigger", "stop");
    }

    @Test
    void afterAStopStaleEventsDoNotEnterTheNextTurn() {
        server.faults().latency(Duration.ofMillis(300));
        watch(transport.trigger("a"));
        pass(Duration.ofMillis(850));
        watch(transport.stop());
        Seen<StreamEvent> second = watch(transport.trigger("b"));
        pass(Duration.ofSeconds(3));

        assertThat(text(second)).isEqualTo("b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 ");
        assertThat(sent()).containsExactly("trigger", "stop", "trigger");
    }

    @Test
    void stopWhileConnectingNeverSendsTheTrigger() {
        server.faults().stallUpgrades(true);
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass();
        Seen<Void> stopped = watch(transport.stop());
        server.faults().stallUpgrades(false);
        pass(Duration.ofSeconds(5));

        assertThat(stopped.completed).isTrue();
        assertThat(turn.values).containsExactly(STOPPED);
        assertThat(server.messages()).isEmpty();
        assertThat(transport.currentState().name()).isEqualTo("disconnected");
    }

    @Test
    void stopWithoutATurnDoesNothing() {
        assertThat(watch(transport.stop()).completed).isTrue();
        pass();
        assertThat(server.messages()).isEmpty();
    }

    @Test
    void cancellingATurnStopsItOnTheServer() {
        Disposable turn = transport.trigger("a").subscribe();
        pass(Duration.ofMillis(350));
        turn.dispose();
        pass(Duration.ofSeconds(2));

        assertThat(sent()).containsExactly("trigger", "stop");
    }

    @Test
    void takingAFewEventsStopsTheRest() {
        Seen<StreamEvent> turn = watch(transport.trigger("a").take(3));
        pass(Duration.ofSeconds(2));

        assertThat(turn.completed).isTrue();
        assertThat(sent()).containsExactly("trigger", "stop");
    }

    @Test
    void cancellingATurnThatIsOverStopsNothing() {
        Disposable first = transport.trigger("a").subscribe();
        pass(Duration.ofMillis(350));
        Seen<StreamEvent> second = watch(transport.trigger("b"));
        first.dispose();
        pass(Duration.ofSeconds(3));

        assertThat(second.last()).isInstanceOf(StreamEvent.Finish.class);
        assertThat(sent()).containsExactly("trigger", "trigger");
    }

    private OctavusSocketTransport withSmallBuffers() {
        server.agent(turn ->
                Flux.interval(Duration.ofMillis(100), time).map(i -> i == 0 ? Say.start(turn) : Say.delta("t", "x")));
        return transport(options -> options.maxReadPause(Duration.ofSeconds(5))
                .streams(StreamOptions.defaults().withDeliverOn(time).withCapacity(8)));
    }

    /** Who asks for nothing holds reading while its buffer is full, as any slow subscriber, and no longer. */
    @Test
    void aTurnThatNobodyReadsHoldsUpTheOthersNoLongerThanItsLimit() {
        OctavusSocketTransport transport = withSmallBuffers();
        Seen<StreamEvent.Custom> custom = watch(transport.customEvents());
        TestSubscriber<StreamEvent> turn =
                TestSubscriber.builder().initialRequest(0).build();
        transport.trigger("a").subscribe(turn);
        pass(Duration.ofSeconds(2));
        server.push("typing", Map.of());
        pass(Duration.ofSeconds(2));
        assertThat(custom.values).isEmpty();
        pass(Duration.ofSeconds(3));

        assertThat(custom.values).hasSize(1);
        assertThat(sent()).containsExactly("trigger", "stop");
        turn.request(Long.MAX_VALUE);
        pass();
        assertThat(turn.getReceivedOnNext()).hasSizeGreaterThanOrEqualTo(8);
        assertThat(turn.expectTerminalError()).isInstanceOf(SlowSubscriberException.class);
    }

    @Test
    void aTurnThatNobodyReadsDoesNotHoldUpTheNext() {
        OctavusSocketTransport transport = withSmallBuffers();
        TestSubscriber<StreamEvent> unread =
                TestSubscriber.builder().initialRequest(0).build();
        transport.trigger("a").subscribe(unread);
        pass(Duration.ofSeconds(2));
        server.agent(talker());
        Seen<StreamEvent> next = watch(transport.trigger("b"));
        pass(Duration.ofSeconds(2));

        assertThat(text(next)).isEqualTo("b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 ");
        unread.request(Long.MAX_VALUE);
        pass();
        assertThat(unread.getReceivedOnNext()).endsWith(REPLACED);
        assertThat(unread.isTerminatedComplete()).isTrue();
    }

    @Test
    void anErrorEndsTheTurnWithItsType() {
        server.agent(turn -> Flux.just(Say.start(turn), Say.error("rate_limit_error", "slow down", "provider", true)));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass();

        assertThat(turn.error).isInstanceOf(AgentErrorException.class).hasMessageContaining("slow down");
        assertThat(((AgentErrorException) turn.error).type()).isEqualTo(AgentError.Type.RATE_LIMIT_ERROR);
    }

    @Test
    void anErrorMayComeWithoutAStart() {
        server.agent(turn -> Flux.just(Say.error("validation_error", "no", "platform", false)));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass();

        assertThat(turn.error).isInstanceOf(AgentErrorException.class);
    }

    @Test
    void anErrorBehindAStoppedTurnBelongsToTheNextWhenNothingFollows() {
        server.agent(turn -> turn.number() == 1
                ? talker().turn(turn)
                : Flux.just(Say.error("validation_error", "no", "platform", false)));
        watch(transport.trigger("a"));
        pass(Duration.ofMillis(350));
        watch(transport.stop());
        Seen<StreamEvent> second = watch(transport.trigger("b"));
        pass(Duration.ofSeconds(1));
        assertThat(second.ended()).isFalse();

        pass(Duration.ofSeconds(2));
        assertThat(second.error).isInstanceOf(AgentErrorException.class);
    }

    @Test
    void anErrorBehindAStoppedTurnIsItsOwnWhenTheNextBegins() {
        server.faults().latency(Duration.ofMillis(300));
        server.agent(turn -> turn.number() == 1
                ? Flux.concat(
                        Mono.just(Say.start(turn)),
                        Mono.just(Say.error("internal_error", "late", "platform", false))
                                .delayElement(Duration.ofMillis(500), time))
                : talker().turn(turn));
        watch(transport.trigger("a"));
        pass(Duration.ofMillis(600)); // the error is under way
        watch(transport.stop());
        Seen<StreamEvent> second = watch(transport.trigger("b"));
        pass(Duration.ofSeconds(4));

        assertThat(text(second)).isEqualTo("b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 ");
        assertThat(second.completed).isTrue();
    }

    @Test
    void aSecondStartIsTolerated() {
        server.agent(turn -> Flux.just(
                Say.start(turn), Say.delta("t", "x"), Say.start(turn), Say.delta("t", "y"), Say.finish(turn, "stop")));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass();

        assertThat(text(turn)).isEqualTo("xy");
        assertThat(turn.completed).isTrue();
    }

    @Test
    void aLateSecondStartOfAStoppedTurnDoesNotBeginTheNext() {
        server.faults().latency(Duration.ofMillis(300));
        server.agent(turn -> turn.number() == 1
                ? Flux.just(Say.start(turn), Say.delta("t", "old"), Say.start(turn), Say.delta("t", "old"))
                        .delayElements(Duration.ofMillis(100), time)
                : talker().turn(turn));
        watch(transport.trigger("a"));
        pass(Duration.ofMillis(450));
        watch(transport.stop());
        Seen<StreamEvent> second = watch(transport.trigger("b"));
        pass(Duration.ofSeconds(4));

        assertThat(text(second)).isEqualTo("b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 ");
    }

    @Test
    void aLostSocketEndsTheTurnWithAnErrorThatSaysSo() {
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofMillis(350));
        server.faults().closeAll(4321, "gone");
        pass();

        assertThat(turn.error).isInstanceOf(SessionEndedException.class).hasMessageContaining("trigger 'a'");
        assertThat(turn.error.getCause()).hasMessageContaining("4321");
    }

    @Test
    void aTurnThatWaitsForItsSocketSurvivesALoss() {
        server.faults().latency(Duration.ofMillis(300));
        watch(transport.trigger("a"));
        pass(Duration.ofMillis(50));
        Seen<StreamEvent> held = watch(transport.trigger("b"));
        pass();
        server.faults().dropAllSockets();
        pass(Duration.ofSeconds(5));

        assertThat(text(held)).isEqualTo("b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 ");
    }

    @Test
    void disconnectEndsTheTurn() {
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofMillis(350));
        watch(transport.disconnect());
        pass();

        assertThat(turn.error).isInstanceOf(DisconnectedException.class).hasMessageContaining("trigger 'a'");
    }

    @Test
    void closeEndsTheTurnAndEveryLaterOne() {
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        Seen<StreamEvent.Custom> custom = watch(transport.customEvents());
        pass(Duration.ofMillis(350));
        Seen<Void> closed = watch(transport.close());
        pass(Duration.ofSeconds(1));

        assertThat(turn.error).isInstanceOf(RuntimeClosedException.class);
        assertThat(closed.completed).isTrue();
        assertThat(custom.completed).isTrue();
        assertThat(server.connections()).isZero();
        Seen<StreamEvent> later = watch(transport.trigger("b"));
        pass();
        assertThat(later.error).isInstanceOf(RuntimeClosedException.class);
    }

    @Test
    void anAgentThatFallsSilentIsGivenUp() {
        server.agent(turn -> Flux.concat(Mono.just(Say.start(turn)), Flux.never()));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofMinutes(5).minusSeconds(1));
        assertThat(turn.ended()).isFalse();

        pass(Duration.ofSeconds(2));
        assertThat(turn.error).isInstanceOf(TimeLimitException.class);
        assertThat(sent()).containsExactly("trigger", "stop");
    }

    @Test
    void inputThatCannotBeWrittenFailsWithoutEndingTheTurnThatRuns() {
        Seen<StreamEvent> first = watch(transport.trigger("a"));
        pass(Duration.ofMillis(350));
        Seen<StreamEvent> broken = watch(transport.trigger("b", Map.of("X", new Object() {
            @SuppressWarnings("unused")
            public String getBroken() {
                throw new IllegalStateException("broken");
            }
        })));
        pass(Duration.ofSeconds(2));

        assertThat(broken.error).isInstanceOf(EncodeException.class);
        assertThat(first.last()).isInstanceOf(StreamEvent.Finish.class);
    }

    @Test
    void whatCannotBeReadEndsTheTurnAndStopsTheServer() {
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofMillis(350));
        server.push("{\"type\":\"text-delta\",");
        pass();

        assertThat(turn.error).isInstanceOf(DecodeException.class);
        assertThat(sent()).containsExactly("trigger", "stop");
    }

    @Test
    void whatCannotBeReadWithoutATurnIsReported() {
        Seen<?> errors = watch(transport.errors());
        watch(transport.connect());
        pass();
        server.push("nonsense");
        pass();

        assertThat(errors.values).singleElement().isInstanceOf(DecodeException.class);
        assertThat(transport.currentState().name()).isEqualTo("connected");
    }

    @Test
    void eventsThatNobodyAskedForAreDropped() {
        watch(transport.connect());
        pass();
        server.push(Say.delta("t", "stray"));
        pass();
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofSeconds(2));

        assertThat(text(turn)).isEqualTo("a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 ");
    }

    @Test
    void customEventsComeBesideTheTurns() {
        Seen<StreamEvent.Custom> custom = watch(transport.customEvents());
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofMillis(350));
        server.push("typing-indicator", Map.of("isTyping", true));
        pass(Duration.ofSeconds(2));

        assertThat(custom.values).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("typing-indicator");
            assertThat(event.payload().text()).contains("\"isTyping\":true");
        });
        assertThat(turn.values).noneMatch(StreamEvent.Custom.class::isInstance);
    }

    @Test
    void customEventsOutliveTheSocketAndEndWhenItIsGivenUp() {
        OctavusSocketTransport once = transport(options -> options.reconnect(retry -> retry.maxRetries(0)));
        Seen<StreamEvent.Custom> custom = watch(once.customEvents());
        watch(once.connect());
        pass();
        server.faults().dropAllSockets();
        pass();

        assertThat(custom.error).isNotNull();
        assertThat(once.currentState().name()).isEqualTo("error");
    }

    @Test
    void resultsGoOnWithTheExecutionThatAskedForThem() {
        server.agent(turn -> turn.isTrigger()
                ? Flux.fromIterable(Say.clientTool(turn, "c", "ask", Map.of("q", 1)))
                        .startWith(Say.start(turn))
                : talker().turn(turn));
        Seen<StreamEvent> asking = watch(transport.trigger("a"));
        pass();
        StreamEvent.ClientToolRequest request = (StreamEvent.ClientToolRequest) asking.values.get(1);
        assertThat(asking.last()).isEqualTo(new StreamEvent.Finish(FinishReason.CLIENT_TOOL_CALLS, "execution-1"));

        Seen<StreamEvent> continued = watch(transport.continueWith(
                request.executionId(), List.of(request.toolCalls().get(0).result(Map.of("a", 2)))));
        pass(Duration.ofSeconds(2));

        assertThat(continued.completed).isTrue();
        assertThat(text(continued)).startsWith("continued1 ");
        assertThat(server.messages("continue").get(0).message().toString())
                .isEqualTo(
                        "{\"type\":\"continue\",\"executionId\":\"execution-1\",\"toolResults\":[{\"toolCallId\":\"c\",\"toolName\":\"ask\",\"result\":{\"a\":2}}]}");
    }

    @Test
    void theFinishOfTheRequestDoesNotEndTheContinuation() {
        server.faults().latency(Duration.ofMillis(100));
        server.agent(turn -> turn.isTrigger()
                ? Flux.fromIterable(Say.clientTool(turn, "c", "ask", Map.of()))
                        .delayElements(Duration.ofMillis(50), time)
                        .startWith(Say.start(turn))
                : talker().turn(turn));
        // Goes on at the request, before its finish has come.
        Seen<StreamEvent> continued = watch(transport
                .trigger("a")
                .ofType(StreamEvent.ClientToolRequest.class)
                .next()
                .flatMapMany(request -> transport.continueWith(request.executionId(), List.of())));
        pass(Duration.ofSeconds(4));

        assertThat(text(continued)).endsWith("continued10 ");
        assertThat(continued.last()).isEqualTo(new StreamEvent.Finish(FinishReason.STOP, "execution-1"));
    }

    @Test
    void resultsAreNotSentIntoASocketThatDoesNotKnowThem() {
        server.agent(turn ->
                Flux.fromIterable(Say.clientTool(turn, "c", "ask", Map.of())).startWith(Say.start(turn)));
        watch(transport.trigger("a"));
        pass();
        server.faults().closeAll(CloseStatus.GOING_AWAY, "");
        pass(Duration.ofSeconds(5));
        assertThat(transport.currentState().name()).isEqualTo("connected");

        Seen<StreamEvent> late = watch(transport.continueWith("execution-1", List.of()));
        pass();

        assertThat(late.error).isInstanceOf(ExecutionLostException.class);
        assertThat(sent()).containsExactly("trigger");
    }

    @Test
    void resultsOfASessionWithANameGoToItsNewSocket() {
        OctavusSocketTransport named = transport(options -> options.sessionId("s-1"));
        server.agent(turn -> turn.isTrigger()
                ? Flux.fromIterable(Say.clientTool(turn, "c", "ask", Map.of())).startWith(Say.start(turn))
                : talker().turn(turn));
        watch(named.trigger("a"));
        pass();
        server.faults().dropAllSockets();
        pass(Duration.ofSeconds(5));
        Seen<StreamEvent> continued = watch(named.continueWith("execution-1", List.of()));
        pass(Duration.ofSeconds(2));

        assertThat(sent()).containsExactly("init", "trigger", "init", "continue");
        assertThat(continued.completed).isTrue();
    }
}
