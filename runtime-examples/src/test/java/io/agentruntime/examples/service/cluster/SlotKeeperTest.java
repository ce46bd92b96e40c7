package io.agentruntime.examples.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.examples.service.cluster.SimulatedProcess.Call;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Processes share slots, in a world that checks after each step that no slot has two holders. */
class SlotKeeperTest {

    private static final Duration LEASE = ClusterWorld.TIMES.lease();

    /** For a few passes; much less than a lease. */
    private static final Duration A_MOMENT = Duration.ofSeconds(6);

    private final ClusterWorld world = new ClusterWorld(1);

    @Test
    void aProcessAloneHoldsEverySlot() {
        world.join();
        world.pass(A_MOMENT);
        assertThat(world.shares()).containsExactly(16);

        world.pass(LEASE.multipliedBy(10));
        assertThat(world.shares()).containsExactly(16);
    }

    @Test
    void joiningGivesEachItsShareWithoutWaitingForALease() {
        world.join();
        world.pass(A_MOMENT);

        world.join();
        world.join();
        world.pass(A_MOMENT);

        assertThat(world.shares()).containsExactlyInAnyOrder(6, 5, 5);
    }

    @Test
    void leavingGivesTheSlotsToTheOthersWithoutWaitingForALease() {
        SimulatedProcess leaving = world.join();
        world.join();
        world.pass(A_MOMENT);

        leaving.terminate();
        world.pass(A_MOMENT);

        assertThat(world.processes()).doesNotContain(leaving);
        assertThat(world.shares()).containsExactly(16);
        assertThat(leaving.running()).isEmpty();
    }

    @Test
    void whoIsKilledLosesItsSlotsWithinALease() {
        SimulatedProcess victim = world.join();
        world.join();
        world.join();
        world.pass(A_MOMENT);

        world.kill(victim);
        world.pass(LEASE.plusSeconds(3));

        assertThat(world.shares()).containsExactly(8, 8);
    }

    @Test
    void whoWasStoppedForLongerThanItsLeaseNeverActsOnItAgain() {
        SimulatedProcess sleeper = world.join();
        SimulatedProcess other = world.join();
        world.pass(A_MOMENT);
        Set<Integer> slots = Set.copyOf(sleeper.running());

        sleeper.sleep(LEASE.plusSeconds(5));
        world.pass(LEASE.plusSeconds(4));
        assertThat(other.mayActFor()).hasSize(16);
        // Nobody has told it anything yet: this is what a heartbeat that is overdue would ask before it goes out.
        assertThat(sleeper.running()).isEqualTo(slots);
        assertThat(sleeper.mayActFor()).isEmpty();

        world.pass(A_MOMENT.plusSeconds(2));
        assertThat(world.shares()).containsExactly(8, 8);
    }

    @Test
    void whoWasStoppedForLessGoesOn() {
        SimulatedProcess sleeper = world.join();
        world.pass(A_MOMENT);

        sleeper.sleep(LEASE.dividedBy(2));
        world.pass(LEASE.dividedBy(2));
        world.pass(A_MOMENT);

        assertThat(sleeper.mayActFor()).hasSize(16);
    }

    @Test
    void aLeaseIsCountedFromWhenItWasAskedFor() {
        SimulatedProcess sleeper = world.join();
        sleeper.sleepAfter(Call.ACQUIRE, LEASE.plusSeconds(2));

        // That it has the slot, it is told when Redis has given it up: the world looks whether it acts for it.
        world.pass(A_MOMENT);

        assertThat(sleeper.mayActFor()).hasSize(16);
    }

    @Test
    void aRenewalIsCountedFromWhenItWasAskedFor() {
        SimulatedProcess sleeper = world.join();
        world.pass(A_MOMENT);

        sleeper.sleepAfter(Call.RENEW, LEASE.dividedBy(2));
        world.pass(Duration.ofSeconds(1));
        world.redisIsAway(true);
        world.pass(LEASE.multipliedBy(2));

        assertThat(sleeper.running()).isEmpty();
    }

    @Test
    void aRenewalThatComesTooLateDoesNothing() {
        SimulatedProcess sleeper = world.join();
        SimulatedProcess other = world.join();
        world.pass(A_MOMENT);
        sleeper.sleepBefore(Call.RENEW, LEASE.plusSeconds(2));

        world.pass(LEASE.plusSeconds(4));

        assertThat(other.running()).hasSizeGreaterThanOrEqualTo(8);
        world.pass(LEASE);
        assertThat(world.shares()).containsExactly(8, 8);
    }

    @Test
    void whoseSlotsRedisHasForgottenIsCutOffAtTheNextRenewal() {
        SimulatedProcess process = world.join();
        world.pass(A_MOMENT);
        process.stopsIn(LEASE);

        world.redis.forgetEverything();
        world.pass(ClusterWorld.TIMES.pause().plusMillis(100));

        assertThat(process.running()).hasSize(16);
        assertThat(process.mayActFor()).isEmpty();
    }

    @Test
    void slotsThatRedisHasForgottenAreTakenWhenNobodyCanHoldThemAnyMore() {
        SimulatedProcess sleeper = world.join();
        SimulatedProcess other = world.join();
        world.pass(A_MOMENT);
        // It does not find out, and may act until its leases are over.
        sleeper.sleep(LEASE.multipliedBy(2));

        world.redis.forgetEverything();
        world.pass(LEASE.dividedBy(2));
        assertThat(sleeper.mayActFor()).hasSize(8);
        assertThat(other.mayActFor()).isEmpty();

        world.pass(LEASE);
        assertThat(other.mayActFor()).hasSize(16);
        world.pass(LEASE.plus(A_MOMENT));
        assertThat(world.shares()).containsExactly(8, 8);
    }

    @Test
    void agentsDisconnectInGoodOrderBeforeALeaseEndsThatCannotBeRenewed() {
        SimulatedProcess process = world.join();
        world.pass(A_MOMENT);
        Duration untilGrace = ClusterWorld.TIMES.usable().minus(ClusterWorld.TIMES.grace());

        world.redisIsAway(true);
        world.pass(untilGrace.minusSeconds(1));
        assertThat(process.mayActFor()).hasSize(16);

        // They are stopped, which takes 200 ms, while their leases still have almost all of the grace to go.
        world.pass(Duration.ofMillis(1500));
        assertThat(process.running()).isEmpty();

        world.pass(LEASE.multipliedBy(3));
        world.redisIsAway(false);
        world.pass(A_MOMENT);
        assertThat(process.mayActFor()).hasSize(16);
    }

    @Test
    void agentsAreCutOffWhenTheyDoNotStopInTime() {
        SimulatedProcess slow = world.join();
        world.pass(A_MOMENT);
        slow.stopsIn(Duration.ofMinutes(1));

        SimulatedProcess other = world.join();
        world.pass(ClusterWorld.TIMES.grace().plusSeconds(4));
        assertThat(world.shares()).containsExactly(8, 8);
        assertThat(slow.running()).hasSize(16);

        // It has its share back in Redis' view, but starts no agent that has not stopped here.
        world.kill(other);
        world.pass(LEASE.plus(A_MOMENT));
        assertThat(world.shares()).containsExactly(8);
        world.pass(Duration.ofMinutes(1));
        assertThat(world.shares()).containsExactly(16);
    }

    @Test
    void givingBackSlowlyCostsNothingThatIsKept() {
        SimulatedProcess slow = world.join();
        world.pass(A_MOMENT);
        slow.releasesIn(Duration.ofMillis(1300));

        world.join();
        for (int second = 0; second < 30; second++) {
            world.pass(Duration.ofSeconds(1));
            assertThat(slow.mayActFor()).hasSizeGreaterThanOrEqualTo(8);
        }

        assertThat(world.shares()).containsExactly(8, 8);
    }

    @Test
    void leavingEndsWhenRedisIsAway() {
        SimulatedProcess process = world.join();
        world.pass(A_MOMENT);

        world.redisIsAway(true);
        process.terminate();
        world.pass(A_MOMENT);

        assertThat(world.processes()).isEmpty();
    }

    @Test
    void leavingEndsBeforeItHasBegunToHoldAnything() {
        world.redisIsAway(true);
        SimulatedProcess process = world.join();

        process.terminate();
        world.pass(A_MOMENT);

        assertThat(world.processes()).isEmpty();
    }

    @Test
    void lostAnswersCostNoSlot() {
        world.lostAnswers(0.1);
        List.of(1, 2, 3).forEach(i -> world.join());

        world.pass(LEASE.multipliedBy(20));
        world.lostAnswers(0);
        world.pass(LEASE.plus(A_MOMENT));

        assertThat(world.shares()).containsExactlyInAnyOrder(6, 5, 5);
    }
}
