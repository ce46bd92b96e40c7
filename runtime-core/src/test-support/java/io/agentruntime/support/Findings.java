package io.agentruntime.support;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What one guard has found, the first ones in full. Never blocks, because guards report from event loops too. */
final class Findings {

    static final Findings LEAKS = new Findings("Leaked Netty resources");
    static final Findings SECRETS = new Findings("Secrets in log events");
    static final Findings BLOCKING = new Findings("Blocking calls on non-blocking threads");

    private static final int KEPT = 20;

    private final String title;
    private final Queue<String> kept = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    Findings(String title) {
        this.title = title;
    }

    void add(String finding) {
        if (count.incrementAndGet() <= KEPT) {
            kept.add(finding);
        }
    }

    /** The findings as paragraphs of a report, empty when there are none. Afterwards there are none. */
    List<String> drain() {
        int total = count.getAndSet(0);
        if (total == 0) {
            return List.of();
        }
        List<String> report = new ArrayList<>();
        report.add("[GUARD] " + title + ": " + total);
        for (String finding = kept.poll(); finding != null; finding = kept.poll()) {
            report.add("[GUARD] " + finding);
        }
        if (total > KEPT) {
            report.add("[GUARD] ... and " + (total - KEPT) + " more");
        }
        return report;
    }
}
