package io.agentruntime.examples.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** A keeper on threads of its own, where an error ends what it is thrown in. */
class SlotKeeperThreadsTest {

    private static final LeaseTimes TIMES = new LeaseTimes(Duration.ofSeconds(1));

    private final KeeperThreads threads = KeeperThreads.create(1);
    private final AtomicReference<SimulatedProcess.Call> broken = new AtomicReference<>();
    private final Semaphore acquiredAfterwards = new Semaphore(0);

    private final SlotKeeper keeper = new SlotKeeper(
            1, List.of("agent"), new BrokenOnce(), new NoAgents(), TIMES, threads, System::nanoTime, new Random());

    /** Fails once in one of its calls with what is no exception. */
    private final class BrokenOnce implements SharedSlots {

        private void call(SimulatedProcess.Call call) {
            if (broken.compareAndSet(call, null)) {
                throw new NoClassDefFoundError("as told");
            }
        }

        @Override
        public Membership announce() {
            call(SimulatedProcess.Call.ANNOUNCE);
            return new Membership(0, 1, true);
        }

        @Override
        public void leave() {}

        @Override
        public boolean acquire(int slot) {
            call(SimulatedProcess.Call.ACQUIRE);
            if (broken.get() == null) {
                acquiredAfterwards.release();
            }
            return true;
        }

        @Override
        public boolean renew(int slot) {
            call(SimulatedProcess.Call.RENEW);
            return true;
        }

        @Override
        public void release(int slot) {}
    }

    private static final class NoAgents implements AgentHost {

        @Override
        public Mono<Void> start(String agentId, Lease lease) {
            return Mono.empty();
        }

        @Override
        public Mono<Void> stop(String agentId) {
            return Mono.empty();
        }
    }

    @AfterEach
    void leave() {
        keeper.leave().block(Duration.ofSeconds(20));
        threads.close();
    }

    /** After a renewal that was not answered the lease runs out, and the slot is taken a second time. */
    @ParameterizedTest
    @EnumSource(names = {"ANNOUNCE", "ACQUIRE", "RENEW"})
    void anErrorEndsNoMoreThanOnePass(SimulatedProcess.Call call) throws InterruptedException {
        broken.set(call);
        keeper.start();

        assertThat(acquiredAfterwards.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    }
}
