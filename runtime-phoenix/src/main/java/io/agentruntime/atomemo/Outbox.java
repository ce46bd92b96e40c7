package io.agentruntime.atomemo;

import io.agentruntime.connection.SerialExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Answers on their way to the hub, which acknowledges none. An answer counts as arrived when a heartbeat that went out behind
 * it was answered; until then it is kept, and pushed again whenever the channel was joined again. Only touched by tasks of
 * the inbox.
 */
final class Outbox {

    private static final Logger log = LoggerFactory.getLogger(AtomemoPlugin.class);

    /** How long answers gather before a heartbeat asks for all of them. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final SerialExecutor inbox;
    private final Function<Answer, Mono<Void>> push;
    private final Mono<Duration> heartbeat;
    private final Scheduler timer;
    private final Set<Answer> unconfirmed = new LinkedHashSet<>();
    private final Set<Answer> handedOver = new LinkedHashSet<>();
    private final Disposable.Swap probe = Disposables.swap();
    private boolean probing;
    private boolean online;
    private int session;
    private Runnable onEmpty = () -> {};

    /**
     * @param push completes when the socket has taken the answer
     * @param heartbeat emits when the hub has answered one that goes out when it is subscribed
     */
    Outbox(SerialExecutor inbox, Function<Answer, Mono<Void>> push, Mono<Duration> heartbeat, Scheduler timer) {
        this.inbox = inbox;
        this.push = push;
        this.heartbeat = heartbeat;
        this.timer = timer;
    }

    /** The hub can be reached from now on: what may not have arrived goes out again, in order. */
    void online() {
        offline();
        online = true;
        if (!unconfirmed.isEmpty()) {
            log.info("{} answers may not have reached the hub: they are pushed again", unconfirmed.size());
        }
        List.copyOf(unconfirmed).forEach(this::push);
    }

    /** The hub cannot be reached: what was sent last may be lost. */
    void offline() {
        online = false;
        session++;
        probing = false;
        probe.update(Disposables.disposed());
        handedOver.clear();
    }

    void send(Answer answer) {
        unconfirmed.add(answer);
        if (online) {
            push(answer);
        }
    }

    /** There is no more room for it. Whether it may not have arrived. */
    boolean forget(Answer answer) {
        handedOver.remove(answer);
        return unconfirmed.remove(answer);
    }

    /** The largest answer that the socket has taken, and that is not known to have arrived. */
    Optional<Answer> largestSent() {
        return handedOver.stream().max(Comparator.comparingInt(Answer::size));
    }

    /** Calls back once, when every answer so far has arrived. */
    void whenEmpty(Runnable task) {
        onEmpty = task;
        probe.update(Disposables.disposed());
        probing = false;
        checkEmpty();
        probe();
    }

    private void push(Answer answer) {
        int current = session;
        push.apply(answer)
                .subscribe(
                        nothing -> {},
                        error -> inbox.execute(() -> notSent(answer, error, current)),
                        () -> inbox.execute(() -> sent(answer, current)));
    }

    private void sent(Answer answer, int of) {
        if (of == session && unconfirmed.contains(answer)) {
            handedOver.add(answer);
            probeLater();
        }
    }

    /** Not for want of the session: then all are pushed again anyway. */
    private void notSent(Answer answer, Throwable error, int of) {
        log.debug("{} was not sent", answer, error);
        if (of == session && online && unconfirmed.contains(answer)) {
            timer.schedule(() -> inbox.execute(() -> again(answer, of)), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void again(Answer answer, int of) {
        if (of == session && unconfirmed.contains(answer)) {
            push(answer);
        }
    }

    private void probeLater() {
        if (!probing) {
            probing = true;
            probe.update(timer.schedule(() -> inbox.execute(this::probe), PAUSE.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    /** A heartbeat overtakes what waits to be sent: it only speaks for what the socket had taken before. */
    private void probe() {
        if (!online || handedOver.isEmpty()) {
            return;
        }
        probing = true;
        List<Answer> before = new ArrayList<>(handedOver);
        int current = session;
        probe.update(heartbeat.subscribe(
                roundTrip -> inbox.execute(() -> arrived(before, current)),
                error -> inbox.execute(() -> unanswered(error, current))));
    }

    private void arrived(List<Answer> answers, int of) {
        if (of == session) {
            answers.forEach(this::forget);
            probing = false;
            checkEmpty();
            if (!handedOver.isEmpty()) {
                probeLater();
            }
        }
    }

    private void unanswered(Throwable error, int of) {
        log.debug("A heartbeat was not answered", error);
        if (of == session) {
            probing = false;
            probeLater();
        }
    }

    private void checkEmpty() {
        if (unconfirmed.isEmpty()) {
            Runnable task = onEmpty;
            onEmpty = () -> {};
            task.run();
        }
    }
}
