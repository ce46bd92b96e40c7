package io.agentruntime.examples.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.octavus.ChatChange;
import io.agentruntime.octavus.ChatState;
import io.agentruntime.octavus.ChatStatus;
import io.agentruntime.octavus.OctavusChat;
import io.agentruntime.octavus.OctavusSocketTransport;
import io.agentruntime.octavus.OctavusTransport;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServer;
import io.agentruntime.testkit.octavus.Say;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A chat and a platform in memory, on one virtual clock. */
class OctavusScenarioTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final EmbeddedOctavusServer server = EmbeddedOctavusServer.inMemory(time);

    private final OctavusSocketTransport transport = OctavusTransport.socket(server.socketUrl())
            .connector(server.pipes())
            .timer(time)
            .streams(StreamOptions.defaults().withDeliverOn(time))
            .turnTimeout(Duration.ofMinutes(1))
            .build();

    private final OctavusChat chat = OctavusChat.builder(transport)
            .clientTool("get-location", call -> Mono.just(Map.of("city", "Berlin")))
            .timer(time)
            .streams(StreamOptions.defaults().withDeliverOn(time))
            .build();

    @Test
    void aToolOfTheClientIsAnsweredAndTheAgentGoesOnInTheSameMessage() {
        server.agent(turn -> turn.isTrigger()
                ? Flux.fromIterable(Say.clientTool(turn, "call-1", "get-location", Map.of()))
                : Flux.just(Say.delta("t", "You are in Berlin"), Say.finish(turn, "stop")));

        StepVerifier.withVirtualTime(() -> chat.say("Where am I?"), () -> time, Long.MAX_VALUE)
                .thenAwait(Duration.ofSeconds(1))
                .assertNext(state -> assertThat(state.messages().get(1).text()).isEqualTo("You are in Berlin"))
                .verifyComplete();

        assertThat(server.messages("continue")).hasSize(1);
    }

    @Test
    void aDropInTheMiddleOfAnAnswerIsAnErrorOfTheTurnAndTheNextOneConnects() {
        server.agent(turn -> Flux.interval(Duration.ofSeconds(1), time).map(second -> Say.delta("t", second + " ")));

        StepVerifier.withVirtualTime(
                        () -> chat.say("Count")
                                .onErrorResume(SessionEndedException.class, lost -> chat.say("Are you there?")),
                        () -> time,
                        Long.MAX_VALUE)
                .thenAwait(Duration.ofMillis(3_500))
                .then(() -> server.agent(turn -> Flux.just(Say.delta("t", "Yes"), Say.finish(turn, "stop"))))
                .then(() -> server.faults().dropAllSockets())
                .thenAwait(Duration.ofMinutes(1))
                .assertNext(state -> {
                    assertThat(state.messages().get(1).text()).isEqualTo("0 1 2 ");
                    assertThat(state.messages().get(3).text()).isEqualTo("Yes");
                    assertThat(state.status()).isEqualTo(ChatStatus.IDLE);
                })
                .verifyComplete();

        assertThat(server.messages("trigger")).hasSize(2);
    }

    @Test
    void anAgentThatFallsSilentIsGivenUpAfterItsLimit() {
        server.agent(turn -> Flux.just(Say.start(turn)).concatWith(Flux.never()));

        StepVerifier.withVirtualTime(() -> transport.trigger("user-message"), () -> time, Long.MAX_VALUE)
                .thenAwait(Duration.ofMillis(1))
                .expectNextCount(1)
                .expectNoEvent(Duration.ofSeconds(59))
                .thenAwait(Duration.ofSeconds(1))
                .verifyError(TimeLimitException.class);

        assertThat(server.messages("stop")).hasSize(1);
    }

    @Test
    void changesComeInTheOrderInWhichTheyWereMade() {
        server.agent(turn -> Flux.just(Say.delta("t", "Hel"), Say.delta("t", "lo"), Say.finish(turn, "stop")));

        StepVerifier.withVirtualTime(
                        () -> chat.changes().ofType(ChatChange.TextAppended.class), () -> time, Long.MAX_VALUE)
                .then(() ->
                        chat.say("Hi").map(ChatState::messages).map(List::size).subscribe())
                .thenAwait(Duration.ofSeconds(1))
                .expectNextMatches(change -> change.delta().equals("Hel"))
                .expectNextMatches(change -> change.delta().equals("lo"))
                .thenCancel()
                .verify(Duration.ofSeconds(10));
    }
}
