package io.agentruntime.testkit;

import io.agentruntime.testkit.FaultBook.HttpRule;
import io.agentruntime.testkit.Outcome.Answer;
import io.agentruntime.testkit.Outcome.HangUp;
import io.agentruntime.testkit.Outcome.Torn;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** Takes a request from a face through the fault switches to its outcome. */
final class HttpFront {

    private static final CallPattern HISTORY = CallPattern.of("GET /v1/channels/*/messages");

    private final GatewayCore core;

    HttpFront(GatewayCore core) {
        this.core = core;
    }

    /** Cold; nothing is done when it is cancelled while it is stalled or delayed. */
    Mono<Outcome> handle(HttpInput input) {
        return Mono.defer(() -> {
            Mono<Void> gate = core.confined.get(() -> {
                core.record(input);
                return core.faults.httpGate(input.method(), input.path());
            });
            return gate.then(Mono.defer(() -> delay(input)))
                    .then(Mono.fromSupplier(() -> core.confined.get(() -> act(input))));
        });
    }

    private Mono<Void> delay(HttpInput input) {
        Duration delay = core.confined.get(() -> core.faults.historyDelay);
        return delay.isZero() || !HISTORY.matches(input.method(), input.path())
                ? Mono.empty()
                : Mono.delay(delay, core.scheduler).then();
    }

    private Outcome act(HttpInput input) {
        HttpRule rule = core.faults.nextRule(input.method(), input.path());
        if (rule == null) {
            return core.routes.answer(input);
        }
        if (rule.instead() != null) {
            return rule.instead().get();
        }
        if (rule.breakPoint() == BreakPoint.BEFORE_ACTING) {
            return new HangUp();
        }
        Answer answer = core.routes.answer(input);
        return rule.breakPoint() == BreakPoint.MID_ANSWER ? new Torn(answer) : new HangUp();
    }
}
