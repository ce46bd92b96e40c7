package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.LivenessTimeoutException;
import io.agentruntime.support.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

class LivenessTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final List<Long> heartbeats = new ArrayList<>();
    private final List<LivenessTimeoutException> silences = new ArrayList<>();
    private final Liveness liveness = new Liveness(
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            time,
            () -> heartbeats.add(time.now(TimeUnit.SECONDS)),
            silences::add);

    private final SettableClock clock = new SettableClock(time);
    private final Liveness stood =
            new Liveness(Duration.ofSeconds(30), Duration.ofSeconds(60), clock, () -> {}, silences::add);

    private void pass(long seconds) {
        time.advanceTimeBy(Duration.ofSeconds(seconds));
    }

    @Test
    void heartbeatsGoOutOnTheInterval() {
        liveness.start();
        for (int i = 0; i < 4; i++) {
            pass(15);
            liveness.signOfLife();
            pass(15);
        }

        assertThat(heartbeats).containsExactly(30L, 60L, 90L, 120L);
        assertThat(silences).isEmpty();
    }

    @Test
    void silenceIsFoundExactlyAtTheLimitAndOnce() {
        liveness.start();
        pass(10);
        liveness.signOfLife();
        pass(59);
        assertThat(silences).isEmpty();
        pass(1);
        assertThat(silences).hasSize(1);
        assertThat(silences.get(0).limit()).isEqualTo(Duration.ofSeconds(60));
        pass(3600);
        assertThat(silences).hasSize(1);
        assertThat(heartbeats).containsExactly(30L, 60L);
    }

    @Test
    void theWatchWaitsWhileThisSideDoesNotReadAndHeartbeatsGoOn() {
        liveness.start();
        liveness.reading(false);
        pass(300);
        assertThat(silences).isEmpty();
        assertThat(heartbeats).hasSize(10);

        liveness.reading(true);
        pass(59);
        assertThat(silences).isEmpty();
        pass(61);
        assertThat(silences).hasSize(1);
    }

    @Test
    void whatThisProcessStoodStillIsNotThePeersSilence() {
        standStillInTheMiddle(100);
        assertThat(silences).as("what came meanwhile is to be read first").isEmpty();

        stood.signOfLife();
        pass(59);
        assertThat(silences).isEmpty();
        pass(1);
        assertThat(silences).hasSize(1);
    }

    @Test
    void aPeerThatIsSilentAfterwardsTooIsGivenUpAfterAtMostTheLimitAgain() {
        standStillInTheMiddle(3_600);
        pass(59);
        assertThat(silences).isEmpty();
        pass(1);
        assertThat(silences).hasSize(1);
    }

    @Test
    void aTimerThatIsAlwaysLateFindsTheSilenceAllTheSame() {
        standStillInTheMiddle(100);
        clock.standStill(Duration.ofSeconds(200));
        pass(60);
        assertThat(silences).hasSize(1);
    }

    /** The check that was due in 60 seconds comes so much later than that. */
    private void standStillInTheMiddle(long seconds) {
        stood.start();
        pass(30);
        clock.standStill(Duration.ofSeconds(seconds));
        pass(30);
    }

    @Test
    void resumingToReadIsNoSignOfLife() {
        liveness.start();
        pass(10);
        liveness.signOfLife();
        liveness.reading(false);
        pass(20);
        liveness.reading(true);

        assertThat(liveness.lastSignOfLife()).isEqualTo(Instant.ofEpochSecond(10));
    }

    @Test
    void theLastSignOfLifeIsRemembered() {
        liveness.start();
        pass(12);
        liveness.signOfLife();
        pass(5);

        assertThat(liveness.lastSignOfLife()).isEqualTo(Instant.ofEpochSecond(12));
    }

    @Test
    void stoppedItIsSilent() {
        liveness.start();
        assertThat(liveness.isDisposed()).isFalse();
        liveness.dispose();
        assertThat(liveness.isDisposed()).isTrue();
        pass(3600);

        assertThat(heartbeats).isEmpty();
        assertThat(silences).isEmpty();
    }

    @Test
    void readingAgainIsNoSignOfLife() {
        liveness.start();
        pass(10);
        liveness.signOfLife();
        pass(10);
        liveness.reading(false);
        pass(20);
        liveness.reading(true);
        pass(5);

        assertThat(liveness.lastSignOfLife()).isEqualTo(Instant.ofEpochSecond(10));
        pass(54);
        assertThat(silences).isEmpty();
        pass(1);
        assertThat(silences).hasSize(1);
    }

    @Test
    void aClockThatIsSetChangesNothing() {
        SettableClock clock = new SettableClock(time);
        Liveness clocked = new Liveness(Duration.ofSeconds(30), Duration.ofSeconds(60), clock, () -> {}, silences::add);
        clocked.start();
        pass(10);
        clocked.signOfLife();
        clock.setBy(Duration.ofHours(1));
        pass(59);
        assertThat(silences).isEmpty();
        assertThat(clocked.lastSignOfLife()).isEqualTo(Instant.ofEpochSecond(3610));
        clock.setBy(Duration.ofHours(-1));
        pass(1);
        assertThat(silences).hasSize(1);
    }

    private Liveness answered(long limitSeconds) {
        return new Liveness(
                Duration.ofSeconds(30),
                Duration.ofSeconds(limitSeconds),
                Liveness.Watch.SINCE_HEARTBEAT,
                time,
                () -> heartbeats.add(time.now(TimeUnit.SECONDS)),
                silences::add);
    }

    @Test
    void aHeartbeatThatNobodyAnswersIsFoundByTheNextOne() {
        Liveness answered = answered(30);
        answered.start();
        pass(29);
        answered.signOfLife(); // does not answer the heartbeat that follows
        pass(30);
        assertThat(silences).isEmpty();
        pass(1);
        assertThat(silences).hasSize(1);
        assertThat(silences.get(0).limit()).isEqualTo(Duration.ofSeconds(30));
        pass(3600);
        assertThat(silences).hasSize(1);
    }

    @Test
    void anySignOfLifeAnswersAHeartbeat() {
        Liveness answered = answered(20);
        answered.start();
        pass(30);
        for (int i = 0; i < 10; i++) {
            pass(19);
            answered.signOfLife();
            pass(11);
        }

        assertThat(silences).isEmpty();
        assertThat(heartbeats).hasSize(11);
    }

    @Test
    void aLimitLongerThanTheIntervalCountsFromTheFirstUnansweredHeartbeat() {
        Liveness answered = answered(70);
        answered.start();
        pass(99);
        assertThat(silences).isEmpty();
        assertThat(heartbeats).containsExactly(30L, 60L, 90L);
        pass(1);
        assertThat(silences).hasSize(1);
    }

    @Test
    void anUnansweredHeartbeatProvesNothingWhileThisSideDoesNotRead() {
        Liveness answered = answered(30);
        answered.start();
        pass(31);
        answered.reading(false);
        pass(300);
        assertThat(silences).isEmpty();
        answered.reading(true);
        pass(29);
        assertThat(silences).isEmpty();
        pass(31);
        assertThat(silences).hasSize(1);
    }
}
