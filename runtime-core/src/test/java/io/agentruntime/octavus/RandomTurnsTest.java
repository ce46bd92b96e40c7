package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.octavus.MemoryScenario.Seen;
import io.agentruntime.testkit.octavus.AgentTurn;
import io.agentruntime.testkit.octavus.Say;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * 10,000 random sequences of triggers, stops, cancels, losses, tool results and late events: no event comes in a wrong turn, no
 * turn is without an end, none that finishes lacks an event. Replay one with {@code -Dturns.seed=<seed>}.
 */
class RandomTurnsTest {

    private static final int SEQUENCES = 10_000;
    private static final int BATCHES = 20;

    static LongStream batches() {
        Long replayed = Long.getLong("turns.seed");
        return replayed != null ? LongStream.of(replayed) : LongStream.range(0, BATCHES);
    }

    @ParameterizedTest(name = "batch {0}")
    @MethodSource("batches")
    void everyEventInItsTurnAndEveryTurnWithAnEnd(long batch) {
        if (Long.getLong("turns.seed") != null) {
            new Sequence(batch).run();
            return;
        }
        int size = SEQUENCES / BATCHES;
        for (long seed = batch * size; seed < (batch + 1) * size; seed++) {
            new Sequence(seed).run();
        }
    }

    /** One turn as its user sees it. */
    private static final class Watched {
        final String tag;
        final Seen<StreamEvent> seen = new Seen<>();

        @Nullable
        Disposable subscription;

        boolean cancelled;

        Watched(String tag) {
            this.tag = tag;
        }
    }

    private static final class Sequence extends MemoryScenario {

        private final long seed;
        private final Random random;
        private final boolean named;
        private final OctavusSocketTransport transport;
        private final List<Watched> turns = new ArrayList<>();
        private int frozen;

        Sequence(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.named = random.nextInt(3) == 0;
            this.transport = transport(options -> {
                OctavusSocketBuilder all = options.random(new Random(seed));
                if (random.nextInt(4) == 0) {
                    all = all.reconnect(retry -> retry.maxRetries(0));
                }
                return named ? all.sessionId("session") : all;
            });
            server.agent(this::script);
            server.faults().latency(Duration.ofMillis(random.nextInt(3) == 0 ? 0 : random.nextInt(400)));
        }

        void run() {
            int steps = 2 + random.nextInt(10);
            for (int i = 0; i < steps; i++) {
                step();
                if (random.nextInt(3) > 0) { // otherwise in the same millisecond
                    pass(Duration.ofMillis(random.nextInt(900)));
                }
            }
            pass(Duration.ofMinutes(6)); // longer than the longest silence
            turns.forEach(this::check);
            watch(transport.close());
            pass(Duration.ofSeconds(10));
            // The server hears nothing of the end of a socket that is dead both ways.
            assertThat(server.connections()).as("seed %s", seed).isLessThanOrEqualTo(frozen);
        }

        private void step() {
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3, 4 -> begin("t" + turns.size(), null);
                case 5, 6 -> watch(transport.stop());
                case 7 -> cancel();
                case 8, 9 -> answerTools();
                case 10 -> server.push("typing-indicator", Map.of("on", true));
                default -> lose();
            }
        }

        private void begin(String tag, @Nullable String execution) {
            Watched turn = new Watched(tag);
            turns.add(turn);
            Flux<StreamEvent> events = execution == null
                    ? transport.trigger(tag)
                    : transport.continueWith(execution, List.of(new ToolResult("c", "ask", tag, null, null, null)));
            turn.subscription = events.subscribe(
                    turn.seen.values::add, error -> turn.seen.error = error, () -> turn.seen.completed = true);
        }

        private void cancel() {
            if (!turns.isEmpty()) {
                Watched turn = turns.get(random.nextInt(turns.size()));
                if (!turn.seen.ended() && turn.subscription != null) {
                    turn.cancelled = true;
                    turn.subscription.dispose();
                }
            }
        }

        /** Results for the last request, at whatever moment: before its finish, after a stop, after a loss. */
        private void answerTools() {
            for (int i = turns.size() - 1; i >= 0; i--) {
                for (StreamEvent event : turns.get(i).seen.values) {
                    if (event instanceof StreamEvent.ClientToolRequest request) {
                        begin("t" + turns.size(), request.executionId());
                        return;
                    }
                }
            }
        }

        private void lose() {
            switch (random.nextInt(5)) {
                case 0 -> server.faults().closeAll(1012, "restart");
                case 1 -> {
                    frozen += server.connections();
                    server.faults().freezeSockets();
                }
                case 2 -> watch(transport.disconnect());
                case 3 -> server.push("{\"type\":");
                default -> server.faults().dropAllSockets();
            }
        }

        /** What an agent says, each event with the name of the turn in it. */
        private Flux<String> script(AgentTurn turn) {
            String tag = turn.isTrigger()
                    ? turn.triggerName()
                    : turn.toolResults().path(0).path("result").asString("");
            List<String> events = new ArrayList<>();
            int kind = random.nextInt(12);
            boolean ids = kind == 0 || random.nextInt(3) > 0;
            if (kind != 1) {
                events.add(Say.event(
                        "start", "messageId", ids ? tag : null, "executionId", ids ? "execution-of-" + tag : null));
            }
            int words = kind == 1 ? 0 : random.nextInt(8);
            for (int i = 0; i < words; i++) {
                events.add(Say.delta(tag, i + "/" + words));
                if (kind == 0 && random.nextInt(4) == 0) { // after tools of the server
                    events.add(Say.event("start", "messageId", tag, "executionId", "execution-of-" + tag));
                }
            }
            switch (kind) {
                case 1, 2 -> events.add(Say.error("internal_error", tag, "platform", false));
                case 3 -> {} // says no more
                case 4, 5, 6 -> {
                    events.add(Say.event(
                            "client-tool-request",
                            "executionId",
                            "execution-of-" + tag,
                            "toolCalls",
                            List.of(Map.of("toolCallId", "c", "toolName", "ask", "args", Map.of()))));
                    events.add(Say.event(
                            "finish", "finishReason", "client-tool-calls", "executionId", "execution-of-" + tag));
                }
                default ->
                    events.add(Say.event("finish", "finishReason", "stop", "executionId", "execution-of-" + tag));
            }
            int pace = random.nextInt(3) == 0 ? 0 : random.nextInt(200);
            Flux<String> said = Flux.fromIterable(events);
            said = pace == 0 ? said : said.delayElements(Duration.ofMillis(pace), time);
            return kind == 3 ? said.concatWith(Flux.never()) : said;
        }

        private void check(Watched turn) {
            String what = "seed " + seed + ", turn " + turn.tag + ": " + turn.seen.values + ", " + turn.seen.error;
            assertThat(turn.cancelled || turn.seen.ended()).as(what).isTrue();
            int words = 0;
            int ofWords = -1;
            for (StreamEvent event : turn.seen.values) {
                if (event instanceof StreamEvent.TextDelta delta) {
                    assertThat(delta.id()).as(what).isEqualTo(turn.tag);
                    assertThat(delta.delta()).as(what).startsWith(words + "/");
                    ofWords = Integer.parseInt(
                            delta.delta().substring(delta.delta().indexOf('/') + 1));
                    words++;
                } else if (event instanceof StreamEvent.Start start && start.messageId() != null) {
                    assertThat(start.messageId()).as(what).isEqualTo(turn.tag);
                } else if (event instanceof StreamEvent.ClientToolRequest request) {
                    assertThat(request.executionId()).as(what).isEqualTo("execution-of-" + turn.tag);
                } else if (event instanceof StreamEvent.Finish finish) {
                    assertThat(finish.executionId()).as(what).isEqualTo("execution-of-" + turn.tag);
                    assertThat(words).as(what).isEqualTo(Math.max(ofWords, 0));
                }
            }
            if (turn.seen.error instanceof AgentErrorException failed) {
                assertThat(failed.error().message()).as(what).isEqualTo(turn.tag);
            }
            if (turn.seen.completed) {
                StreamEvent last = turn.seen.last();
                assertThat(last instanceof StreamEvent.Finish || last instanceof StreamEvent.Aborted)
                        .as(what)
                        .isTrue();
            }
        }
    }
}
