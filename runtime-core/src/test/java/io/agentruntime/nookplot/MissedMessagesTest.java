package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.nookplot.MissedMessages.Progress;
import io.agentruntime.nookplot.MissedMessages.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is taken from the pages of a history, and in which order it is delivered with what came live. */
class MissedMessagesTest {

    private static final Instant BOUND = Instant.parse("2026-03-01T10:00:00Z");

    private static MissedMessages<String> from(Instant bound, boolean cut, int limit, String... delivered) {
        return new MissedMessages<>(bound, cut, limit, Set.of(delivered)::contains);
    }

    private static MissedMessages<String> sinceTheLoss() {
        return from(BOUND, false, 100);
    }

    /** A row so many seconds behind the bound; a dash marks the agent's own. */
    private static Row<String> row(String id, long seconds) {
        return new Row<>(id, BOUND.plusSeconds(seconds), id.startsWith("-"), "text of " + id);
    }

    private static List<String> ids(MissedMessages<String> missed, String... live) {
        Map<String, String> arrived = new LinkedHashMap<>();
        for (String id : live) {
            arrived.put(id, "text of " + id);
        }
        List<String> ids = new ArrayList<>();
        missed.mergedWith(arrived).forEach(message -> {
            assertThat(message.getValue()).isEqualTo("text of " + message.getKey());
            ids.add(message.getKey());
        });
        return ids;
    }

    // ---- How far back

    @Test
    void itIsCompleteAtTheFirstRowBeforeTheBound() {
        MissedMessages<String> missed = sinceTheLoss();

        assertThat(missed.add(List.of(row("c", 3), row("b", 2), row("a", 0), row("old", -1)), false))
                .isEqualTo(Progress.COMPLETE);
        assertThat(ids(missed)).containsExactly("a", "b", "c");
    }

    @Test
    void whatLiesBeforeABoundThatCutsIsSaidToBeMissing() {
        MissedMessages<String> missed = from(BOUND, true, 100);

        assertThat(missed.add(List.of(row("b", 2), row("a", -1)), false)).isEqualTo(Progress.CUT_OFF);
        assertThat(missed.oldest()).isEqualTo(BOUND.plusSeconds(2));
        assertThat(ids(missed)).containsExactly("b");
    }

    @Test
    void whereNothingIsYoungEnoughTheBoundIsTheOldest() {
        MissedMessages<String> missed = from(BOUND, true, 100);

        assertThat(missed.add(List.of(row("a", -1)), false)).isEqualTo(Progress.CUT_OFF);
        assertThat(missed.oldest()).isEqualTo(BOUND);
        assertThat(ids(missed)).isEmpty();
    }

    @Test
    void aHistoryThatEndsIsCompleteAlsoWithoutARow() {
        assertThat(sinceTheLoss().add(List.of(row("a", 1)), true)).isEqualTo(Progress.COMPLETE);
        assertThat(sinceTheLoss().add(List.of(), true)).isEqualTo(Progress.COMPLETE);
    }

    @Test
    void pagesOverlapAndGoOnAsLongAsTheyBringNews() {
        MissedMessages<String> missed = sinceTheLoss();

        assertThat(missed.add(List.of(row("d", 4), row("c", 3)), false)).isEqualTo(Progress.MORE);
        assertThat(missed.add(List.of(row("c", 3), row("-own", 2)), false)).isEqualTo(Progress.MORE);
        assertThat(missed.add(List.of(row("-own", 2), row("b", 1)), false)).isEqualTo(Progress.MORE);
        assertThat(missed.oldest()).isEqualTo(BOUND.plusSeconds(1));
        assertThat(ids(missed)).containsExactly("b", "c", "d");
    }

    @Test
    void aPageWithoutNewsCannotBePagedBeyond() {
        MissedMessages<String> missed = sinceTheLoss();
        missed.add(List.of(row("b", 2), row("a", 2)), false);

        assertThat(missed.add(List.of(row("b", 2), row("a", 2)), false)).isEqualTo(Progress.CUT_OFF);
    }

    @Test
    void itTakesNoMoreThanItsLimitAndSaysSo() {
        MissedMessages<String> missed = from(BOUND, false, 2);

        assertThat(missed.add(List.of(row("d", 4), row("c", 3)), false)).isEqualTo(Progress.MORE);
        assertThat(missed.add(List.of(row("-own", 2), row("b", 1)), true)).isEqualTo(Progress.CUT_OFF);
        assertThat(ids(missed)).containsExactly("c", "d");
    }

    @Test
    void exactlyItsLimitIsNotTooMany() {
        MissedMessages<String> missed = from(BOUND, false, 2, "known");

        assertThat(missed.add(List.of(row("d", 4), row("known", 3), row("c", 2), row("-own", 1)), true))
                .isEqualTo(Progress.COMPLETE);
        assertThat(ids(missed)).containsExactly("c", "d");
    }

    // ---- In which order

    @Test
    void whatIsInBothStandsOnceInTheHistorysPlace() {
        MissedMessages<String> missed = sinceTheLoss();
        missed.add(List.of(row("c", 3), row("b", 2), row("a", 1)), true);

        assertThat(ids(missed, "b", "c")).containsExactly("a", "b", "c");
        assertThat(ids(missed, "c")).containsExactly("a", "b", "c");
    }

    @Test
    void whatWasSwallowedBetweenTwoLiveOnesStandsBetweenThem() {
        MissedMessages<String> missed = sinceTheLoss();
        missed.add(List.of(row("d", 4), row("c", 3), row("b", 2), row("a", 1)), true);

        assertThat(ids(missed, "b", "d")).containsExactly("a", "b", "c", "d");
    }

    @Test
    void whatTheHistoryDoesNotListKeepsItsPlaceAmongTheLive() {
        MissedMessages<String> missed = sinceTheLoss();
        missed.add(List.of(row("d", 4), row("b", 2), row("a", 1)), true);

        assertThat(ids(missed, "b", "unlisted", "d", "after")).containsExactly("a", "b", "unlisted", "d", "after");
        assertThat(ids(missed, "unlisted")).containsExactly("a", "b", "d", "unlisted");
    }

    @Test
    void withoutARowOfTheHistoryTheLiveOnesComeAsTheyCame() {
        assertThat(ids(sinceTheLoss(), "x", "y")).containsExactly("x", "y");
    }
}
