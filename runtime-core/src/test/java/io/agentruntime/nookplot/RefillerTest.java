package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.nookplot.MissedMessages.Row;
import io.agentruntime.nookplot.Refiller.Page;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.StreamKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** One stream and a history of its own, up to the limits of what is held back and remembered. */
class RefillerTest extends InMemoryScenario {

    private static final int PAGE = 200;

    private final NookplotSettings settings = gateway.runtime(alice).settings();
    private final List<Row<String>> stored = new ArrayList<>(); // oldest first
    private final List<String> seen = new ArrayList<>();
    private final StreamKind counts = new StreamKind("refilled");
    private final Refiller<String> refiller = new Refiller<>(
            this::page,
            RefillPolicy.defaults(),
            settings,
            new ServerClock(),
            counts,
            delivery -> seen.add(
                    delivery instanceof Delivery.Message<String> message ? message.payload() : delivery.toString()));

    private @Nullable Mono<Void> delay;
    private int pages;
    private int cancelled;

    private Mono<Page<String>> page(@Nullable Row<String> before, int fetched) {
        Mono<Page<String>> read = Mono.fromSupplier(() -> {
            pages++;
            int to = Math.max(0, stored.size() - fetched);
            List<Row<String>> rows = new ArrayList<>();
            for (int i = to - 1; i >= Math.max(0, to - PAGE); i--) {
                rows.add(stored.get(i));
            }
            return new Page<>(rows, to <= PAGE);
        });
        return (delay == null ? read : delay.then(read)).doOnCancel(() -> cancelled++);
    }

    private void store(int number) {
        stored.add(new Row<>("m" + number, settings.now(), false, "m" + number));
    }

    private void live(int number) {
        refiller.live("m" + number, "m" + number);
    }

    private static List<String> numbered(int from, int to) {
        List<String> texts = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            texts.add("m" + i);
        }
        return texts;
    }

    private void seesExactly(List<String> expected) {
        assertThat(seen.size()).isEqualTo(expected.size());
        assertThat(seen.equals(expected)).isTrue(); // thousands: nobody wants to read the difference
    }

    @Test
    void asManyAsCanBeHeldBackAreDeliveredBehindTheHistory() {
        Sinks.Empty<Void> answer = Sinks.empty();
        delay = answer.asMono();
        store(1);
        refiller.deliversAgain(settings.now());
        for (int i = 2; i <= Refiller.MAX_HELD + 1; i++) {
            live(i);
        }
        assertThat(seen).isEmpty();
        answer.tryEmitEmpty();

        seesExactly(numbered(1, Refiller.MAX_HELD + 1));
    }

    @Test
    void oneMoreThanCanBeHeldBackMakesItAGap() {
        delay = Mono.never();
        Instant loss = settings.now();
        pass(Duration.ofSeconds(1));
        refiller.deliversAgain(loss);
        for (int i = 1; i <= Refiller.MAX_HELD + 1; i++) {
            live(i);
        }

        assertThat(cancelled).isOne(); // nobody waits for the history any more
        assertThat(seen.remove(0))
                .isEqualTo(new Delivery.Gap<>(
                                loss, settings.now(), "more than 10000 messages arrived before the history did")
                        .toString());
        seesExactly(numbered(1, Refiller.MAX_HELD + 1));
        live(Refiller.MAX_HELD + 2);
        assertThat(seen).last().isEqualTo("m" + (Refiller.MAX_HELD + 2));
    }

    @Test
    void moreThanIsRememberedIsNotDeliveredTwice() {
        int delivered = Refiller.MAX_REMEMBERED + 300;
        for (int i = 1; i <= delivered; i++) {
            store(i);
            live(i);
            if (i % 4 == 0) {
                pass(Duration.ofMillis(1)); // all within the overlap that a refill looks back
            }
        }
        refiller.connectionLost();
        Instant loss = settings.now();
        store(delivered + 1);
        pass(Duration.ofSeconds(1));
        refiller.deliversAgain(loss);

        seesExactly(numbered(1, delivered + 1));
    }

    @Test
    void whatWasDeliveredLongAgoIsForgotten() {
        live(1);
        pass(Duration.ofSeconds(20));
        live(2);
        live(1);
        assertThat(seen).containsExactly("m1", "m2"); // twice the overlap is remembered, to the last millisecond
        pass(Duration.ofMillis(1));
        live(3);
        live(1);

        assertThat(seen).containsExactly("m1", "m2", "m3", "m1");
    }

    @Test
    void aLostConnectionCancelsWhatIsBeingFetched() {
        delay = Mono.never();
        refiller.deliversAgain(settings.now());
        refiller.connectionLost();
        assertThat(cancelled).isOne();
        delay = null;
        store(1);
        refiller.deliversAgain(settings.now());

        assertThat(seen).containsExactly("m1");
        assertThat(pages).isOne();
    }

    @Test
    void disposedItWaitsForNoHistory() {
        delay = Mono.never();
        refiller.deliversAgain(settings.now());
        refiller.dispose();

        assertThat(cancelled).isOne();
    }

    @Test
    void aGapOfWhatIsCutOffEndsWhereTheFirstMessageStands() {
        Instant loss = settings.now();
        for (int i = 1; i <= 1002; i++) {
            pass(Duration.ofMillis(1));
            store(i);
        }
        refiller.deliversAgain(loss);

        assertThat(seen.remove(0))
                .isEqualTo(new Delivery.Gap<>(loss, loss.plusMillis(2), "more was missed than is refilled").toString());
        seesExactly(numbered(3, 1002));
    }
}
