package io.agentruntime.atomemo;

import io.agentruntime.connection.SerialExecutor;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.json.JsonPayload;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * The hub's requests, from their arrival to their answer: a bounded number of them runs, a bounded number waits, and the rest
 * is refused. One that comes again under its id is not run again. Only touched by tasks of the inbox.
 */
final class Requests {

    private static final Logger log = LoggerFactory.getLogger(AtomemoPlugin.class);

    private final SerialExecutor inbox;
    private final RequestRouter router;
    private final Outbox outbox;
    private final PluginSettings settings;
    private final boolean traced;
    private final AnswerMemory answers;
    private final Map<String, Disposable> running = new HashMap<>();
    private final Map<String, HubRequest> waiting = new HashMap<>();
    private final Queue<String> queue = new ArrayDeque<>();
    private long waitingBytes;
    private boolean closing;
    private Runnable onIdle = () -> {};

    /** @param traced whether errors are told with their stack traces */
    Requests(SerialExecutor inbox, RequestRouter router, Outbox outbox, PluginSettings settings, boolean traced) {
        this.inbox = inbox;
        this.router = router;
        this.outbox = outbox;
        this.settings = settings;
        this.traced = traced;
        this.answers = new AnswerMemory(settings.maxAnswers(), settings.maxAnswerBytes(), this::onForgotten);
    }

    private void onForgotten(Answer answer) {
        if (outbox.forget(answer)) {
            log.warn("{} is not kept any longer, and may not have reached the hub", answer);
        }
    }

    /** An event of the hub's has arrived. */
    void received(String event, JsonPayload payload) {
        String id = payload.string("request_id");
        if (id == null) {
            log.debug("The event {} has no request_id, and cannot be answered", event);
        } else if (!isKnown(id)) {
            HubEvent.of(event)
                    .ifPresentOrElse(
                            known -> accept(new HubRequest(id, known, payload)),
                            () -> answer(Answer.unsupported(id, event)));
        }
    }

    /** A request that runs is answered when it is done; one that is done gets its answer again. */
    private boolean isKnown(String id) {
        Optional<Answer> known = answers.of(id);
        known.ifPresent(outbox::send);
        return known.isPresent() || running.containsKey(id) || waiting.containsKey(id);
    }

    private void accept(HubRequest request) {
        if (closing) {
            refuse(request, "the plugin is shutting down");
        } else if (running.size() < settings.maxRunning()) {
            start(request);
        } else if (queue.size() < settings.maxQueued()
                && waitingBytes + request.payload().size() <= settings.maxQueuedBytes()) {
            queue.add(request.id());
            waiting.put(request.id(), request);
            waitingBytes += request.payload().size();
        } else {
            refuse(request, running.size() + " requests are running and " + queue.size() + " are waiting");
        }
    }

    private void refuse(HubRequest request, String reason) {
        answer(error(request, new OverloadedException(reason)));
    }

    private void start(HubRequest request) {
        Disposable.Swap handling = Disposables.swap();
        running.put(request.id(), handling);
        try {
            handling.update(answerTo(request)
                    .subscribe(answer -> inbox.execute(() -> finished(request.id(), handling, answer))));
        } catch (Throwable e) {
            // Reactor lets through what it takes for fatal, such as a class that is missing: it is the handler's alone.
            log.error("The handler of {} has failed", request, e);
            inbox.execute(() -> finished(request.id(), handling, error(request, e)));
        }
    }

    private Mono<Answer> answerTo(HubRequest request) {
        String event = request.event().wireName();
        return router.answer(request)
                .map(data -> Answer.response(request.id(), event, data))
                .switchIfEmpty(Mono.fromSupplier(() -> Answer.response(request.id(), event, null)))
                .timeout(
                        settings.requestTimeout(),
                        Mono.error(() -> new TimeLimitException(event, settings.requestTimeout())),
                        settings.timer())
                .onErrorResume(error -> {
                    log.debug("{} has failed", request, error);
                    return Mono.just(error(request, error));
                });
    }

    private Answer error(HubRequest request, Throwable error) {
        return Answer.error(request.id(), request.event().wireName(), error, traced);
    }

    private void finished(String id, Disposable handling, Answer answer) {
        if (!running.remove(id, handling)) {
            return; // cancelled
        }
        answer(
                answer.size() > settings.maxAnswerSize()
                        ? answer.tooLarge("is more than the " + settings.maxAnswerSize() + " of option 'maxAnswerSize'")
                        : answer);
        startNext();
        checkIdle();
    }

    /** The hub has closed the connection for want of room for this one. */
    void refusedAsTooLarge(Answer answer) {
        Answer smaller = answer.tooLarge("is more than the hub takes");
        if (!smaller.equals(answer)) {
            log.warn("{} is too large for the hub: {} bytes", answer, answer.size());
            outbox.forget(answer);
            answer(smaller);
        }
    }

    private void answer(Answer answer) {
        answers.add(answer);
        outbox.send(answer);
    }

    private void startNext() {
        while (running.size() < settings.maxRunning() && !queue.isEmpty()) {
            HubRequest next = waiting.remove(queue.remove());
            if (next != null) {
                waitingBytes -= next.payload().size();
                start(next);
            }
        }
    }

    /** No more requests are run; calls back once, when none is running any more. Those that wait are refused. */
    void close(Runnable whenIdle) {
        closing = true;
        onIdle = whenIdle;
        List<HubRequest> refused = List.copyOf(waiting.values());
        queue.clear();
        waiting.clear();
        waitingBytes = 0;
        refused.forEach(request -> refuse(request, "the plugin is shutting down"));
        checkIdle();
    }

    private void checkIdle() {
        if (closing && running.isEmpty()) {
            Runnable task = onIdle;
            onIdle = () -> {};
            task.run();
        }
    }

    /** Stops whatever is running; nobody will read its answers. */
    void cancel() {
        closing = true;
        List<Disposable> handlings = List.copyOf(running.values());
        running.clear();
        queue.clear();
        waiting.clear();
        waitingBytes = 0;
        handlings.forEach(Disposable::dispose);
        checkIdle();
    }
}
