package io.agentruntime.nookplot;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The messages of one loss, collected from the pages of the history, newest first, until it has what is needed.
 *
 * @param <T> the messages
 */
final class MissedMessages<T> {

    /**
     * A row of the history.
     *
     * @param id the message's id, the same as live
     * @param at when the gateway stored it
     * @param own whether this agent sent it, and it was therefore never delivered
     * @param message the message as it is delivered
     */
    record Row<T>(String id, Instant at, boolean own, T message) {}

    /** What became of a page. */
    enum Progress {
        /** Everything down to the bound is here. */
        COMPLETE,
        /** There is more behind it. */
        MORE,
        /** There is more behind it that this loss must not fetch, or that paging cannot reach. */
        CUT_OFF
    }

    private final Instant bound;
    private final boolean boundIsCut;
    private final int limit;
    private final Predicate<String> delivered;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, Row<T>> missed = new LinkedHashMap<>(); // newest first
    private Instant oldest = Instant.MAX;

    /**
     * @param bound messages stored before it are not wanted
     * @param boundIsCut whether there may be missed messages before it all the same
     * @param limit how many messages at the most
     * @param delivered which ids have been delivered before the loss
     */
    MissedMessages(Instant bound, boolean boundIsCut, int limit, Predicate<String> delivered) {
        this.bound = bound;
        this.boundIsCut = boundIsCut;
        this.limit = limit;
        this.delivered = delivered;
    }

    /**
     * Takes a page in.
     *
     * @param page newest first
     * @param last whether the history ends with it
     */
    Progress add(List<Row<T>> page, boolean last) {
        boolean news = false;
        for (Row<T> row : page) {
            if (row.at().isBefore(bound)) {
                return boundIsCut ? Progress.CUT_OFF : Progress.COMPLETE;
            }
            if (!seen.add(row.id())) {
                continue; // pages overlap
            }
            news = true;
            oldest = row.at();
            if (row.own() || delivered.test(row.id())) {
                continue;
            }
            if (missed.size() == limit) {
                return Progress.CUT_OFF;
            }
            missed.put(row.id(), row);
        }
        if (last) {
            return Progress.COMPLETE;
        }
        // A page without news: more rows of one millisecond than a page holds, and paging is by milliseconds.
        return news ? Progress.MORE : Progress.CUT_OFF;
    }

    /** The oldest message that was looked at: what was cut off lies before it. */
    Instant oldest() {
        return oldest.equals(Instant.MAX) ? bound : oldest;
    }

    /**
     * The missed messages with those that arrived meanwhile, oldest first. One that is in both stands once; one that is only
     * live (the history does not list everything) stands before the live one that came after it.
     */
    Collection<Map.Entry<String, T>> mergedWith(Map<String, T> live) {
        List<Row<T>> ascending = new ArrayList<>(missed.values());
        Collections.reverse(ascending);
        Map<String, T> rest = new LinkedHashMap<>(live);
        Map<String, T> merged = new LinkedHashMap<>();
        for (Row<T> row : ascending) {
            if (rest.containsKey(row.id())) {
                moveUpTo(row.id(), rest, merged);
            } else {
                merged.putIfAbsent(row.id(), row.message());
            }
        }
        merged.putAll(rest);
        return merged.entrySet();
    }

    private static <T> void moveUpTo(String id, Map<String, T> from, Map<String, T> to) {
        var entries = from.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, T> entry = entries.next();
            to.put(entry.getKey(), entry.getValue());
            entries.remove();
            if (entry.getKey().equals(id)) {
                return;
            }
        }
    }
}
