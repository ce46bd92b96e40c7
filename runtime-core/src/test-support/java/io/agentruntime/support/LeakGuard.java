package io.agentruntime.support;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Takes Netty's leak reports as findings. The level of detection is set for the test JVM, in the parent's pom. */
final class LeakGuard extends ResourceLeakDetectorFactory {

    private static final int ROUNDS = 2;
    private static final int COLLECTIONS_A_ROUND = 20;

    private static final LeakGuard INSTANCE = new LeakGuard(Findings.LEAKS);

    private final Findings findings;
    private final Queue<ReportingDetector<Object>> detectors = new ConcurrentLinkedQueue<>();

    LeakGuard(Findings findings) {
        this.findings = findings;
    }

    /** Must come before Netty's first buffer: its classes ask for their detector once, when they are loaded. */
    static void install() {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(INSTANCE);
    }

    /** Has everything reported that was dropped without a release until now. */
    static void surfaceLeaks() {
        INSTANCE.surface();
    }

    /** Netty finds a leak when the object has been collected, and reports it when the next one is tracked. */
    void surface() {
        if (detectors.isEmpty()) {
            return;
        }
        for (int round = 0; round < ROUNDS; round++) {
            awaitCollection();
            detectors.forEach(ReportingDetector::poll);
        }
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // abstract in Netty, so it has to be here
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
            Class<T> resource, int samplingInterval, long maxActive) {
        return newResourceLeakDetector(resource, samplingInterval);
    }

    @Override
    @SuppressWarnings("unchecked") // the detector never looks at what it tracks
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval) {
        ReportingDetector<T> detector = new ReportingDetector<>(resource, samplingInterval, findings);
        detectors.add((ReportingDetector<Object>) detector);
        return detector;
    }

    private static void awaitCollection() {
        ReferenceQueue<Object> collected = new ReferenceQueue<>();
        Reference<Object> canary = new PhantomReference<>(new Object(), collected);
        try {
            for (int i = 0; i < COLLECTIONS_A_ROUND; i++) {
                System.gc();
                if (collected.remove(100) == canary) {
                    break;
                }
            }
            Thread.sleep(50); // the canary's neighbours are enqueued by the same thread, in no order
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class ReportingDetector<T> extends ResourceLeakDetector<T> {

        private final Findings findings;

        ReportingDetector(Class<?> resource, int samplingInterval, Findings findings) {
            super(resource, samplingInterval);
            this.findings = findings;
        }

        @SuppressWarnings("unchecked")
        void poll() {
            Object dummy = new Object();
            ResourceLeakTracker<Object> tracker = ((ResourceLeakDetector<Object>) this).track(dummy);
            if (tracker != null) {
                tracker.close(dummy);
            }
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            findings.add(resourceType + " was not released before it was collected." + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            findings.add(resourceType + " was not released before it was collected; no record of its accesses.");
        }
    }
}
