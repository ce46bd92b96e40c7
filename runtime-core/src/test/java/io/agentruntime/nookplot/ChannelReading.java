package io.agentruntime.nookplot;

import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.Delivery.Gap;
import io.agentruntime.stream.Delivery.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was sent to one channel, and what two readers of it have got: one that is refilled and one that is told of gaps. */
final class ChannelReading {

    /** What is sent is stamped to the millisecond, and so may a gap be off. */
    private static final Duration CLOCK = Duration.ofMillis(1);

    private record Sent(String text, Instant at) {}

    private final String name;
    private final List<Sent> sent = Collections.synchronizedList(new ArrayList<>());
    private final List<Delivery<ChannelMessage>> refilled = Collections.synchronizedList(new ArrayList<>());
    private final List<Delivery<ChannelMessage>> plain = Collections.synchronizedList(new ArrayList<>());

    ChannelReading(String name, NookplotRuntime runtime, String channelId) {
        this.name = name;
        runtime.channels().refilled(channelId).subscribe(refilled::add);
        runtime.channels().deliveries(channelId).subscribe(plain::add);
    }

    /** To be called before it is sent. */
    void sends(String text, Instant at) {
        sent.add(new Sent(text, at));
    }

    /** Whether as much has been refilled as was sent. */
    boolean isComplete() {
        return refilled.size() >= sent.size();
    }

    long gaps() {
        return List.copyOf(plain).stream().filter(Gap.class::isInstance).count();
    }

    /**
     * What is wrong, nothing if it is empty.
     *
     * @param losses when the connection was lost, or a little before
     * @param overlap how far a gap may be off, because what is under way arrives later than it is sent
     */
    List<String> problems(List<Instant> losses, Duration overlap) {
        List<String> problems = new ArrayList<>();
        refilledProblems(problems);
        new GapCheck(losses, overlap, problems).check();
        return problems.stream().map(problem -> name + ": " + problem).toList();
    }

    private void refilledProblems(List<String> problems) {
        List<String> expected = sent.stream().map(Sent::text).toList();
        List<String> got = List.copyOf(refilled).stream()
                .map(delivery -> delivery instanceof Message<ChannelMessage> message
                        ? message.payload().content()
                        : delivery.toString())
                .toList();
        int i = 0;
        while (i < got.size() && i < expected.size() && got.get(i).equals(expected.get(i))) {
            i++;
        }
        if (!got.equals(expected)) {
            problems.add("refilled " + got.size() + " instead of " + expected.size() + ", from " + i + " on "
                    + got.subList(i, Math.min(i + 5, got.size())) + " instead of "
                    + expected.subList(i, Math.min(i + 5, expected.size())));
        }
    }

    /** Walks along what the reader without refill has got, beside what was sent. */
    private final class GapCheck {

        private final List<Instant> losses;
        private final Duration overlap;
        private final List<String> problems;
        private final Map<String, Integer> places = new HashMap<>();
        private final List<Gap<ChannelMessage>> since = new ArrayList<>(); // the message heard last
        private int next;

        private GapCheck(List<Instant> losses, Duration overlap, List<String> problems) {
            this.losses = losses;
            this.overlap = overlap;
            this.problems = problems;
            for (int place = 0; place < sent.size(); place++) {
                places.put(sent.get(place).text(), place);
            }
        }

        private void check() {
            for (Delivery<ChannelMessage> delivery : List.copyOf(plain)) {
                if (delivery instanceof Message<ChannelMessage> message) {
                    heard(places.get(message.payload().content()));
                } else if (delivery instanceof Gap<ChannelMessage> gap) {
                    gap(gap);
                }
            }
            lostBefore(sent.size());
        }

        private void heard(int place) {
            Sent message = sent.get(place);
            if (place < next) {
                problems.add(message + " is heard twice or too late");
                return;
            }
            lostBefore(place);
            if (since.stream().anyMatch(gap -> isInside(message.at(), gap, overlap.negated()))) {
                problems.add(message + " is heard and inside of one of " + since);
            }
            since.clear();
            next = place + 1;
        }

        private void gap(Gap<ChannelMessage> gap) {
            since.add(gap);
            if (next > 0 && gap.from().plus(CLOCK).isBefore(sent.get(next - 1).at())) {
                problems.add(gap + " begins before " + sent.get(next - 1) + ", which was heard before it");
            }
            if (losses.stream().noneMatch(loss -> isInside(loss, gap, overlap) || isEdge(loss, gap))) {
                problems.add(gap + " covers no loss");
            }
        }

        /** All between the message heard last and this one were not heard: gaps tell of them. */
        private void lostBefore(int place) {
            for (Sent message : sent.subList(next, Math.max(next, place))) {
                if (since.stream()
                        .noneMatch(gap -> isInside(message.at(), gap, overlap) || isEdge(message.at(), gap))) {
                    problems.add(message + " is neither heard nor in one of " + since);
                }
            }
        }

        private static boolean isInside(Instant at, Gap<?> gap, Duration margin) {
            return at.isAfter(gap.from().minus(margin)) && at.isBefore(gap.to().plus(margin));
        }

        private static boolean isEdge(Instant at, Gap<?> gap) {
            return at.equals(gap.from()) || at.equals(gap.to());
        }
    }
}
