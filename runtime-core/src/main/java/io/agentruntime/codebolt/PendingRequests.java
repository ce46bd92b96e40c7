package io.agentruntime.codebolt;

import io.agentruntime.connection.PendingReplies;
import io.agentruntime.connection.SerialExecutor;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The requests of one session that wait for their answer. An answer names its request; one that does not is taken for the
 * oldest request that it could answer, in either dialect.
 */
final class PendingRequests {

    private final PendingReplies<String, PluginAnswer> replies;
    private final ConcurrentNavigableMap<Long, Waiting> byAge = new ConcurrentSkipListMap<>();
    private final AtomicLong count = new AtomicLong();
    /** An answer without an id goes by age, so requests must be sent in the order of their ages. */
    private final SerialExecutor order = new SerialExecutor();

    private record Waiting(String requestId, Set<String> answers) {}

    PendingRequests(Scheduler timer) {
        this.replies = new PendingReplies<>(timer);
    }

    /** See {@link PendingReplies#await}. */
    Mono<PluginAnswer> await(String requestId, String type, Duration limit, Mono<Void> sending) {
        Waiting waiting = new Waiting(requestId, answersTo(type));
        Mono<PluginAnswer> sentAtOnce = Mono.using(
                () -> {
                    long age = count.incrementAndGet();
                    byAge.put(age, waiting);
                    return age;
                },
                age -> replies.await(requestId, type, limit, sending),
                byAge::remove);
        return Mono.from(subscriber -> order.execute(() -> sentAtOnce.subscribe(subscriber)));
    }

    /** Whether somebody waited for it. */
    boolean answer(@Nullable String requestId, PluginAnswer answer) {
        if (requestId != null && !requestId.isEmpty()) {
            return replies.answer(requestId, answer);
        }
        for (Waiting waiting : byAge.values()) {
            if (waiting.answers.contains(answer.type()) && replies.answer(waiting.requestId, answer)) {
                return true;
            }
        }
        return false;
    }

    void sessionEnded(Throwable cause) {
        replies.sessionEnded(cause);
    }

    /**
     * The types that answers to a request may bear: its own, one with {@code Ack} or {@code Response} at its end, or that in
     * one word, as {@code dynamicPanelOpenResponse} is. For registering the page has a shorter one.
     */
    static Set<String> answersTo(String type) {
        Set<String> types = new HashSet<>(Set.of(type, type + "Ack", type + "Response", inOneWord(type) + "Response"));
        if (type.endsWith("Channel")) {
            types.add(type.substring(0, type.length() - "Channel".length()) + "Ack");
        }
        return types;
    }

    private static String inOneWord(String type) {
        StringBuilder word = new StringBuilder();
        for (String part : type.split("\\.", -1)) {
            boolean first = word.isEmpty() || part.isEmpty();
            word.append(first ? part : Character.toUpperCase(part.charAt(0)) + part.substring(1));
        }
        return word.toString();
    }
}
