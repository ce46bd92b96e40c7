package io.agentruntime.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class KeyedStreamsTest {

    private static final StreamOptions INLINE = StreamOptions.defaults().withDeliverOn(Schedulers.immediate());

    private final KeyedStreams<String, Integer> streams = new KeyedStreams<>("events", null);

    @Test
    void eachKeyHasItsOwnSubscribersAndAllGetsEverything() {
        List<Integer> all = new ArrayList<>();
        List<Integer> a = new ArrayList<>();
        streams.all(INLINE).subscribe(all::add);
        streams.of("a", INLINE).subscribe(a::add);
        streams.next("a", 1);
        streams.next("b", 2);

        assertThat(all).containsExactly(1, 2);
        assertThat(a).containsExactly(1);
    }

    @Test
    void itKnowsWhatIsWanted() {
        assertThat(streams.wanted("a")).isFalse();
        Disposable a = streams.of("a", INLINE).subscribe();
        assertThat(streams.wanted("a")).isTrue();
        assertThat(streams.wanted("b")).isFalse();
        Disposable all = streams.all(INLINE).subscribe();
        assertThat(streams.wanted("b")).isTrue();
        a.dispose();
        all.dispose();
        assertThat(streams.wanted("a")).isFalse();
        assertThat(streams.keys()).isEmpty();
    }

    @Test
    void keysGoWithTheirLastSubscriber() {
        Disposable one = streams.of("a", INLINE).subscribe();
        Disposable two = streams.of("a", INLINE).subscribe();
        one.dispose();
        assertThat(streams.keys()).containsExactly("a");
        assertThat(streams.stats()).hasSize(1);
        two.dispose();
        assertThat(streams.keys()).isEmpty();
    }

    @Test
    void failAndCompleteReachEveryKey() {
        StepVerifier.create(streams.of("a", INLINE))
                .then(() -> streams.fail(new IllegalStateException("failed")))
                .verifyErrorMessage("failed");
        assertThat(streams.keys()).isEmpty();
        StepVerifier.create(streams.of("a", INLINE)).then(streams::complete).verifyComplete();
        StepVerifier.create(streams.of("b", INLINE)).verifyComplete();
        assertThat(streams.keys()).isEmpty();
    }

    @Test
    void failAndCompleteReachThoseWhoReadEveryKey() {
        StepVerifier.create(streams.all(INLINE))
                .then(() -> streams.fail(new IllegalStateException("failed")))
                .verifyErrorMessage("failed");
        StepVerifier.create(streams.all(INLINE)).then(streams::complete).verifyComplete();
        StepVerifier.create(streams.all(INLINE)).verifyComplete();
    }

    @Test
    void theSubscribersOfAllStreamsAreCounted() {
        streams.all(INLINE).subscribe();
        streams.of("a", INLINE).subscribe();
        streams.of("b", INLINE).subscribe();

        assertThat(streams.stats())
                .extracting(SubscriberStats::stream)
                .containsExactlyInAnyOrder("events", "events of a", "events of b");
    }

    @Test
    void endReachesThePresentSubscribersOnly() {
        List<Integer> later = new ArrayList<>();
        StepVerifier.create(streams.of("a", INLINE)).then(streams::end).verifyComplete();
        StepVerifier.create(streams.all(INLINE)).then(streams::end).verifyComplete();
        streams.of("a", INLINE).subscribe(later::add);
        streams.next("a", 1);

        assertThat(later).containsExactly(1);
    }
}
