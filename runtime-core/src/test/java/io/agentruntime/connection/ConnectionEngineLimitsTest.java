package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.connection.ScriptedGateway.FakeSession;
import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.stream.StreamOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** What a peer, or a caller, cannot make the engine do. */
class ConnectionEngineLimitsTest {

    private final ScriptedGateway gateway = new ScriptedGateway();

    @Test
    void aRetryAfterOfAHundredYearsCountsAsTheLongestThatIsHonoured() {
        ConnectionEngine<FakeSession> engine = gateway.accept()
                .refuse(HttpStatusException.of(429, "POST", "/connect", null, null, Duration.ofDays(36_500)))
                .accept()
                .engine(r -> r.maxRetryAfter(Duration.ofSeconds(60)));
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofSeconds(2));

        assertThat(gateway.seen()).endsWith("reconnecting 2 in PT1M12S");
    }

    @Test
    void theLongestRetryAfterIsNotNegative() {
        assertThatThrownBy(() -> ReconnectPolicy.documented().maxRetryAfter(Duration.ofSeconds(-1)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("reconnect.maxRetryAfter");
    }

    @Test
    void aTimerThatIsDisposedFailsTheConnectionInsteadOfLeavingItStill() {
        Scheduler timer = Schedulers.newSingle("timer");
        ConnectionEngine<FakeSession> engine = new ConnectionEngine<>(
                gateway.accept(),
                new ConnectionOptions(
                        "test",
                        ReconnectPolicy.documented().build(),
                        FailureClassifier.standard(),
                        false,
                        Duration.ofSeconds(5),
                        timer,
                        ScriptedGateway.MOST,
                        StreamOptions.defaults()),
                ScriptedGateway.listener());
        engine.connect().subscribe();
        timer.dispose();

        gateway.session().lose(1006, "");

        assertThat(engine.currentState())
                .isInstanceOfSatisfying(
                        ConnectionState.Failed.class,
                        failed -> assertThat(failed.cause()).isInstanceOf(RejectedExecutionException.class));
    }

    @Test
    void disconnectWaitsForWhatEveryFailedAttemptStillReleases() {
        List<Sinks.Empty<Void>> releases = new ArrayList<>();
        ScriptedGateway refusing = new ScriptedGateway();
        for (int i = 0; i < 3; i++) {
            refusing.refuse(new ConnectFailedException("localhost:1", new IOException("refused")));
        }
        ConnectionEngine<FakeSession> engine = refusing.engineOn(
                attempt -> {
                    Sinks.Empty<Void> release = Sinks.empty();
                    releases.add(release);
                    attempt.onAbandon(last -> last ? Mono.empty() : release.asMono());
                },
                r -> r.retryInitialConnect(true));
        engine.connect().subscribe(nothing -> {}, error -> {});
        refusing.pass(Duration.ofSeconds(5)); // attempts 0, 1 and 2 have failed
        List<String> told = new ArrayList<>();

        engine.disconnect().subscribe(nothing -> {}, error -> {}, () -> told.add("disconnected"));
        releases.get(2).tryEmitEmpty();
        releases.get(1).tryEmitEmpty();
        assertThat(told).isEmpty();
        releases.get(0).tryEmitEmpty();

        assertThat(releases).hasSize(3);
        assertThat(told).containsExactly("disconnected");
    }
}
