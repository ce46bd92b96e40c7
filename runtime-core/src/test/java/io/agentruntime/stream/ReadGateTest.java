package io.agentruntime.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Holding one session's reading, and the next one's. */
class ReadGateTest {

    private static final Duration MAX_PAUSE = Duration.ofSeconds(30);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final ReadGate gate = new ReadGate(MAX_PAUSE, time);
    private final List<Boolean> reading = new ArrayList<>();
    private final List<String> tooLong = new ArrayList<>();

    private void reads(BooleanSupplier wanted) {
        reading.add(wanted.getAsBoolean());
    }

    private Disposable hold(String who) {
        return gate.hold(() -> tooLong.add(who));
    }

    @Test
    void aSessionThatIsDetachedIsToldNothingMore() {
        Disposable session = gate.attach(this::reads);
        session.dispose();
        hold("a");

        assertThat(reading).isEmpty();
        assertThat(gate.held()).isTrue();
    }

    @Test
    void anOldSessionThatIsDetachedLateTakesNothingFromTheNewOne() {
        Disposable old = gate.attach(on -> {});
        gate.attach(this::reads);
        old.dispose();
        hold("a");

        assertThat(reading).containsExactly(false);
    }

    @Test
    void aSessionThatComesBackIsToldWhatHoldsNow() {
        ReadGate.Reader session = this::reads;
        Disposable attached = gate.attach(session);
        Disposable hold = hold("a");
        attached.dispose();
        gate.attach(session);
        hold.dispose();

        assertThat(reading).containsExactly(false, false, true);
    }

    @Test
    void eachHoldEndsOnceByItselfOrByItsHolder() {
        gate.attach(this::reads);
        Disposable a = hold("a");
        Disposable b = hold("b");
        assertThat(a.isDisposed()).isFalse();
        a.dispose();
        a.dispose();
        assertThat(a.isDisposed()).isTrue();
        assertThat(reading).containsExactly(false);
        time.advanceTimeBy(MAX_PAUSE);

        assertThat(tooLong).containsExactly("b");
        assertThat(b.isDisposed()).isTrue();
        assertThat(reading).containsExactly(false, true);
        b.dispose();
        assertThat(gate.held()).isFalse();
    }
}
