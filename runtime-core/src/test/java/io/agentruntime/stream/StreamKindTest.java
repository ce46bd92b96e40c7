package io.agentruntime.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Streams that are counted together. */
class StreamKindTest {

    private final StreamKind kind = new StreamKind("numbers");
    private final HotStream<Integer> one = new HotStream<>(kind, "numbers of one", null);
    private final KeyedStreams<String, Integer> many = new KeyedStreams<>(kind, "numbers of many", null);

    private static StreamOptions dropping(int capacity) {
        return new StreamOptions(OverflowPolicy.DROP_LATEST, capacity, Schedulers.immediate());
    }

    /** Asks for nothing, so that everything stays in its buffer. */
    private static Disposable reluctant(Flux<Integer> flux) {
        return flux.subscribeWith(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                // Not yet.
            }
        });
    }

    @Test
    void itAddsUpTheSubscribersOfAllItsStreams() {
        Disposable first = reluctant(one.flux(dropping(4)));
        reluctant(many.of("a", dropping(8)));
        reluctant(many.all(dropping(10)));
        one.next(1);
        many.next("a", 2);
        many.next("b", 3);

        assertThat(kind.name()).isEqualTo("numbers");
        assertThat(kind.subscribers()).isEqualTo(3);
        assertThat(kind.buffered()).isEqualTo(4);
        assertThat(kind.fullest()).isEqualTo(0.25);
        assertThat(kind.stats())
                .extracting(SubscriberStats::stream)
                .containsExactlyInAnyOrder("numbers of one", "numbers of many of a", "numbers of many");

        first.dispose();

        assertThat(kind.subscribers()).isEqualTo(2);
        assertThat(kind.buffered()).isEqualTo(3);
        assertThat(kind.fullest()).isEqualTo(0.2);
    }

    @Test
    void whatWasLostStaysCountedWhenNobodyIsLeft() {
        Disposable ofKey = reluctant(many.of("a", dropping(1)));
        Disposable ofOne = reluctant(one.flux(dropping(1)));
        for (int i = 0; i < 3; i++) {
            many.next("a", i);
            one.next(i);
        }
        ofKey.dispose();
        ofOne.dispose();

        assertThat(kind.subscribers()).isZero();
        assertThat(kind.fullest()).isZero();
        assertThat(kind.dropped()).isEqualTo(4);
    }

    @Test
    void gapsAndRefilledMessagesAreWhatItIsTold() {
        kind.gap();
        kind.gap();
        kind.refilled(3);
        kind.refilled(4);

        assertThat(kind.gaps()).isEqualTo(2);
        assertThat(kind.refilled()).isEqualTo(7);
    }

    @Test
    void aStreamIsOfAKindOfItsOwnUnlessItIsGivenOne() {
        assertThat(one.kind()).isSameAs(kind);
        assertThat(many.kind()).isSameAs(kind);
        assertThat(new HotStream<Integer>("alone", null).kind()).hasToString("alone");
        assertThat(new KeyedStreams<String, Integer>("alone too", null).kind()).hasToString("alone too");
    }
}
