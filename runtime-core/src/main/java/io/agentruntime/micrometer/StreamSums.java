package io.agentruntime.micrometer;

import io.agentruntime.stream.StreamKind;
import java.util.HashSet;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** One kind of stream, over all runtimes that share a telemetry. What only grows does not shrink when one of them closes. */
final class StreamSums {

    private final Set<StreamKind> open = new HashSet<>();
    private double droppedBefore;
    private double gapsBefore;
    private double refilledBefore;

    synchronized void add(StreamKind kind) {
        open.add(kind);
    }

    synchronized void remove(StreamKind kind) {
        if (open.remove(kind)) {
            droppedBefore += kind.dropped();
            gapsBefore += kind.gaps();
            refilledBefore += kind.refilled();
        }
    }

    synchronized double subscribers() {
        return sum(StreamKind::subscribers);
    }

    synchronized double buffered() {
        return sum(StreamKind::buffered);
    }

    synchronized double fullest() {
        return open.stream().mapToDouble(StreamKind::fullest).max().orElse(0);
    }

    synchronized double dropped() {
        return droppedBefore + sum(StreamKind::dropped);
    }

    synchronized double gaps() {
        return gapsBefore + sum(StreamKind::gaps);
    }

    synchronized double refilled() {
        return refilledBefore + sum(StreamKind::refilled);
    }

    private double sum(ToDoubleFunction<StreamKind> value) {
        return open.stream().mapToDouble(value).sum();
    }
}
