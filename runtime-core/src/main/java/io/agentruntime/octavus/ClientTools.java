package io.agentruntime.octavus;

import io.agentruntime.error.TimeLimitException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The tools of the client.
 *
 * @param handlers those that answer by themselves, by name
 * @param interactive the names of those that the user answers
 * @param timeout the longest that one call takes
 * @param concurrency how many calls are answered at a time
 * @param runOn where handlers are called
 */
record ClientTools(
        Map<String, ToolHandler> handlers,
        Set<String> interactive,
        Duration timeout,
        int concurrency,
        Scheduler runOn,
        Scheduler timer) {

    /** Those of the calls that wait for the user. */
    List<PendingToolCall> forTheUser(List<PendingToolCall> calls) {
        return calls.stream().filter(this::isForTheUser).toList();
    }

    private boolean isForTheUser(PendingToolCall call) {
        return interactive.contains(call.toolName());
    }

    /** The results of all other calls, in the order in which they come; never fails. */
    Flux<ToolResult> results(List<PendingToolCall> calls) {
        return Flux.fromIterable(calls).filter(call -> !isForTheUser(call)).flatMap(this::result, concurrency);
    }

    private Mono<ToolResult> result(PendingToolCall call) {
        ToolHandler handler = handlers.get(call.toolName());
        if (handler == null) {
            return Mono.just(call.failure("No client handler for tool: " + call.toolName()));
        }
        return Mono.<Object>defer(() -> handler.call(call))
                .subscribeOn(runOn)
                .timeout(timeout, Mono.error(() -> new TimeLimitException("Tool " + call.toolName(), timeout)), timer)
                .map(call::result)
                .defaultIfEmpty(call.result(null))
                .onErrorResume(error -> Mono.just(call.failure(reason(error))));
    }

    private static String reason(Throwable error) {
        return error.getMessage() == null ? "Tool execution failed" : error.getMessage();
    }
}
