package io.agentruntime.codebolt;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.json.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

class PendingRequestsTest {

    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final PendingRequests pending = new PendingRequests(VirtualTimeScheduler.create());
    private final List<String> sent = new ArrayList<>();
    private final List<String> answered = new ArrayList<>();

    /** The second thread comes between the first one's place among those who wait and its message. */
    @Test
    void answersWithoutAnIdGoToTheRequestsInTheOrderInWhichTheseWereSent() {
        ask("first", () -> ask("second", () -> {}));

        answer();
        answer();

        assertThat(sent).containsExactly("first", "second");
        assertThat(answered).isEqualTo(sent);
    }

    private void ask(String id, Runnable between) {
        Mono<Void> sending = Mono.fromRunnable(() -> {
            between.run();
            sent.add(id);
        });
        pending.await(id, "gateway.route", LIMIT, sending).subscribe(answer -> answered.add(id));
    }

    private void answer() {
        byte[] message = "{\"type\":\"gateway.routeAck\"}".getBytes(StandardCharsets.UTF_8);
        pending.answer(
                null, new PluginAnswer(CodeboltFrames.reader(JsonCodec.create()).read(message)));
    }
}
