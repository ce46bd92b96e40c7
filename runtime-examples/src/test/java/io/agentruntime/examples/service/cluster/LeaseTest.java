package io.agentruntime.examples.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** A lease, on a clock that has come near its overflow, as {@code nanoTime()} may. */
class LeaseTest {

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10);
    private final Lease lease = new Lease(clock::get, clock.get() + 100);

    @Test
    void isHeldUpToItsDeadline() {
        assertThat(lease.isHeld()).isTrue();
        assertThat(lease.nanosLeft()).isEqualTo(100);

        clock.addAndGet(99);
        assertThat(lease.isHeld()).isTrue();
        assertThat(lease.nanosLeft()).isEqualTo(1);

        clock.addAndGet(1);
        assertThat(lease.isHeld()).isFalse();
        assertThat(lease.nanosLeft()).isZero();
    }

    @Test
    void isHeldLongerWhenItIsExtendedInTime() {
        clock.addAndGet(99);
        lease.extendTo(clock.get() + 100);

        clock.addAndGet(99);
        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void doesNotComeBackWhenItIsExtendedTooLate() {
        clock.addAndGet(100);
        lease.extendTo(clock.get() + 100);

        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void isOverWhenItIsEnded() {
        StepVerifier.create(lease.ended()).expectSubscription().then(lease::end).verifyComplete();

        assertThat(lease.isHeld()).isFalse();
        lease.extendTo(clock.get() + 1000);
        assertThat(lease.isHeld()).isFalse();
        StepVerifier.create(lease.ended()).verifyComplete();
    }
}
