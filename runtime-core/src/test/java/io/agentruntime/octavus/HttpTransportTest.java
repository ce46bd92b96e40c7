package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.octavus.StreamEvent.Aborted;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.octavus.AgentTurn;
import io.agentruntime.testkit.octavus.DemoAgent;
import io.agentruntime.testkit.octavus.Say;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Turns over HTTP with server-sent events, in memory and virtual time. */
class HttpTransportTest extends MemoryScenario {

    private static final String CALL = "POST /octavus/stream";

    private final OctavusHttpTransport transport = OctavusTransport.http(server.httpUrl())
            .sessionId("s-1")
            .exchange(server.streaming())
            .timer(time)
            .streams(StreamOptions.defaults().withDeliverOn(time))
            .build();
    private final AtomicInteger cancelled = new AtomicInteger();

    private Flux<String> counted(AgentTurn turn) {
        return talker().turn(turn).doOnCancel(cancelled::incrementAndGet);
    }

    @Test
    void aTurnIsOnePostAndEndsWithItsFinish() {
        server.agent(talker());
        Seen<StreamEvent> turn = watch(transport.trigger("a", Map.of("X", 1)));
        pass(Duration.ofSeconds(2));

        assertThat(text(turn)).isEqualTo("a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 ");
        assertThat(turn.last()).isInstanceOf(StreamEvent.Finish.class);
        assertThat(turn.completed).isTrue();
        assertThat(server.messages().get(0).message().toString())
                .isEqualTo("{\"sessionId\":\"s-1\",\"type\":\"trigger\",\"triggerName\":\"a\",\"input\":{\"X\":1}}");
    }

    @Test
    void stopAbortsTheRequest() {
        server.agent(this::counted);
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofMillis(550));
        watch(transport.stop());
        pass(Duration.ofSeconds(1));

        assertThat(turn.last()).isEqualTo(new Aborted(Aborted.Reason.STOPPED));
        assertThat(turn.completed).isTrue();
        assertThat(cancelled).hasValue(1);
    }

    /** What ends a turn from here does not wait in a queue that nobody empties. */
    @Test
    void stopAbortsTheRequestOfATurnThatIsNotRead() {
        server.agent(this::counted);
        StepVerifier.create(transport.trigger("a"), 0)
                .thenAwait(Duration.ZERO)
                .then(() -> pass(Duration.ofMillis(550)))
                .then(() -> watch(transport.stop()))
                .then(() -> pass(Duration.ofMillis(50)))
                .then(() -> assertThat(cancelled).hasValue(1))
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(event -> !(event instanceof Aborted))
                .expectNext(new Aborted(Aborted.Reason.STOPPED))
                .verifyComplete();
    }

    @Test
    void theRestOfAnAnswerIsReadBehindItsFinishAndDropped() {
        AtomicInteger read = new AtomicInteger();
        server.agent(turn -> Flux.concat(
                Mono.just(Say.finish(turn, "stop")),
                Flux.just("{broken", Say.delta("t", "late"))
                        .delayElements(Duration.ofMillis(100), time)
                        .doOnComplete(read::incrementAndGet)
                        .doOnCancel(cancelled::incrementAndGet)));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofMillis(50));

        assertThat(turn.values).singleElement().isInstanceOf(StreamEvent.Finish.class);
        assertThat(turn.completed).isTrue();
        pass(Duration.ofSeconds(1));
        assertThat(turn.values).hasSize(1);
        assertThat(read).hasValue(1);
        assertThat(cancelled).hasValue(0);
    }

    @Test
    void anAnswerThatGoesOnBehindItsFinishIsAbortedAfterAWhile() {
        server.agent(turn ->
                Flux.just(Say.finish(turn, "stop")).concatWith(Flux.never()).doOnCancel(cancelled::incrementAndGet));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofMillis(1_900));
        assertThat(turn.completed).isTrue();
        assertThat(cancelled).hasValue(0);
        pass(Duration.ofMillis(200));

        assertThat(cancelled).hasValue(1);
    }

    @Test
    void cancellingATurnAbortsTheRequest() {
        server.agent(this::counted);
        var turn = transport.trigger("a").subscribe();
        pass(Duration.ofMillis(550));
        turn.dispose();
        pass(Duration.ofSeconds(1));

        assertThat(cancelled).hasValue(1);
    }

    @Test
    void aNewTurnEndsTheOneBefore() {
        server.agent(this::counted);
        Seen<StreamEvent> first = watch(transport.trigger("a"));
        pass(Duration.ofMillis(550));
        Seen<StreamEvent> second = watch(transport.trigger("b"));
        pass(Duration.ofSeconds(2));

        assertThat(first.last()).isEqualTo(new Aborted(Aborted.Reason.REPLACED));
        assertThat(text(second)).isEqualTo("b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 ");
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void anAnswerThatEndsWithoutAFinishIsAnError() {
        server.agent(turn -> Flux.just(Say.start(turn), Say.delta("t", "half")));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofSeconds(1));

        assertThat(turn.error).isInstanceOf(SessionEndedException.class).hasMessageContaining("trigger 'a'");
    }

    @Test
    void anAnswerThatBreaksOffIsAnError() {
        server.agent(talker());
        server.faults().tearAnswers(CALL, 1);
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofSeconds(1));

        assertThat(turn.error).isNotNull();
    }

    @Test
    void anErrorEventEndsTheTurnWithItsType() {
        server.agent(turn -> Flux.just(Say.error("quota_exceeded_error", "no more", "platform", false)));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofSeconds(1));

        assertThat(turn.error).isInstanceOf(AgentErrorException.class);
    }

    @Test
    void anErrorStatusIsTyped() {
        server.faults().rateLimit(CALL, 1, Duration.ofSeconds(7));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofSeconds(1));

        assertThat(turn.error)
                .isInstanceOfSatisfying(
                        HttpStatusException.RateLimited.class,
                        error -> assertThat(error.retryAfter()).contains(Duration.ofSeconds(7)));
    }

    @Test
    void aLostAnswerIsAnUnknownOutcomeAndNothingIsSentAgain() {
        server.faults().loseAnswers(CALL, 1);
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofSeconds(1));

        assertThat(turn.error).isInstanceOf(OutcomeUnknownException.class);
        assertThat(server.messages()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void anAgentThatFallsSilentIsGivenUp() {
        server.agent(turn -> Flux.concat(Mono.just(Say.start(turn)), Flux.never()));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofMinutes(6));

        assertThat(turn.error).isInstanceOf(TimeLimitException.class);
    }

    @Test
    void whatCannotBeReadEndsTheTurn() {
        server.agent(turn -> Flux.just(Say.start(turn), "{\"type\":"));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofSeconds(1));

        assertThat(turn.error).isInstanceOf(DecodeException.class);
    }

    @Test
    void customEventsComeBesideTheTurn() {
        Seen<StreamEvent.Custom> custom = watch(transport.customEvents());
        server.agent(turn -> Flux.just(
                Say.start(turn), Say.event("presence-update", "users", List.of("a")), Say.finish(turn, "stop")));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofSeconds(1));

        assertThat(custom.values)
                .singleElement()
                .extracting(StreamEvent.Custom::type)
                .isEqualTo("presence-update");
        assertThat(turn.values).hasSize(2);
    }

    @Test
    void closeEndsTheTurnAndEveryLaterOne() {
        server.agent(talker());
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofMillis(550));
        watch(transport.close());
        pass(Duration.ofSeconds(1));

        assertThat(turn.error).isInstanceOf(RuntimeClosedException.class);
        assertThat(watch(transport.trigger("b")).error).isInstanceOf(RuntimeClosedException.class);
    }

    @Test
    void aChatWithToolsRunsOverHttpToo() {
        server.agent(new DemoAgent(Duration.ofMillis(10), time));
        OctavusChat chat = OctavusChat.builder(transport)
                .timer(time)
                .streams(StreamOptions.defaults().withDeliverOn(time))
                .clientTool("get-location", call -> Mono.just("Bonn"))
                .build();
        Seen<ChatState> sent = watch(chat.say("Where am I?"));
        pass(Duration.ofSeconds(2));

        assertThat(sent.completed).isTrue();
        assertThat(chat.state().messages().get(1).text()).isEqualTo("The tool says: \"Bonn\"");
        assertThat(server.messages().get(1).message().path("sessionId").asString())
                .isEqualTo("s-1");
    }
}
