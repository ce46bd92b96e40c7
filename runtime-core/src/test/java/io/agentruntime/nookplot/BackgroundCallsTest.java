package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.support.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.test.publisher.PublisherProbe;
import reactor.test.scheduler.VirtualTimeScheduler;

class BackgroundCallsTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final BackgroundCalls calls = new BackgroundCalls(Duration.ofSeconds(5), time);
    private final List<String> started = new ArrayList<>();

    private Mono<String> call(String name, Duration takes) {
        return Mono.defer(() -> {
            started.add(name + " at " + time.now(TimeUnit.SECONDS));
            return Mono.delay(takes, time).thenReturn(name);
        });
    }

    private void pass(int seconds) {
        time.advanceTimeBy(Duration.ofSeconds(seconds));
    }

    @Test
    void callsRunOneAtATimeWithAPause() {
        List<String> results = new ArrayList<>();
        calls.inTurn(call("a", Duration.ofSeconds(1))).subscribe(results::add);
        calls.inTurn(call("b", Duration.ofSeconds(20))).subscribe(results::add);
        calls.inTurn(call("c", Duration.ofSeconds(1))).subscribe(results::add);
        pass(100);

        assertThat(started).containsExactly("a at 0", "b at 5", "c at 25");
        assertThat(results).containsExactly("a", "b", "c");
    }

    @Test
    void aFailedOrEmptyCallLetsTheNextOneGo() {
        List<String> results = new ArrayList<>();
        calls.inTurn(Mono.error(new IllegalStateException("no"))).subscribe(v -> {}, e -> results.add("error"));
        calls.inTurn(Mono.empty()).subscribe(v -> {}, e -> {}, () -> results.add("empty"));
        calls.inTurn(call("c", Duration.ZERO)).subscribe(results::add);
        pass(100);

        assertThat(results).containsExactly("error", "empty", "c");
    }

    @Test
    void cancellingTakesACallOutOfTheLineAndEndsARunningOne() {
        PublisherProbe<String> running = PublisherProbe.of(Mono.never());
        Disposable first = calls.inTurn(running.mono()).subscribe();
        Disposable second = calls.inTurn(call("b", Duration.ZERO)).subscribe();
        calls.inTurn(call("c", Duration.ZERO)).subscribe();
        pass(1);
        second.dispose();
        first.dispose();
        pass(100);

        running.assertWasCancelled();
        assertThat(started).containsExactly("c at 5");
    }

    @Test
    void cancellingDuringThePauseLetsTheNextOneGo() {
        calls.inTurn(call("a", Duration.ZERO)).subscribe();
        pass(1);
        Disposable waiting = calls.inTurn(call("b", Duration.ZERO)).subscribe();
        pass(1);
        waiting.dispose();
        calls.inTurn(call("c", Duration.ZERO)).subscribe();
        pass(100);

        assertThat(started).containsExactly("a at 0", "c at 5");
    }

    @Test
    void aCallThatIsCancelledBeforeItIsInLineHoldsUpNobody() {
        List<String> results = new ArrayList<>();
        calls.inTurn(call("a", Duration.ZERO)).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.cancel();
            }
        });
        calls.inTurn(call("b", Duration.ZERO)).subscribe(results::add);
        pass(100);

        assertThat(results).containsExactly("b");
    }

    @Test
    void aClockThatIsSetBackHoldsUpNothing() {
        SettableClock clock = new SettableClock(time);
        BackgroundCalls clocked = new BackgroundCalls(Duration.ofSeconds(5), clock);
        clocked.inTurn(call("a", Duration.ZERO)).subscribe();
        pass(1);
        clock.setBy(Duration.ofHours(-1));
        clocked.inTurn(call("b", Duration.ZERO)).subscribe();
        pass(10);

        assertThat(started).containsExactly("a at 0", "b at 5");
    }
}
