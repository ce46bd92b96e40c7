package io.agentruntime.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** An exchange in memory that gives the answers it was told, one a call, and keeps the calls. */
final class ScriptedExchange implements HttpExchange {

    final List<HttpCall> calls = new ArrayList<>();
    int cancelled;
    private final Queue<Function<HttpCall, Mono<HttpReply>>> script = new ArrayDeque<>();

    ScriptedExchange answers(int status, String body, String... headers) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        return does(call -> Mono.just(new HttpReply(status, all, body.getBytes(UTF_8))));
    }

    ScriptedExchange fails(Throwable error) {
        return does(call -> Mono.error(error));
    }

    ScriptedExchange does(Function<HttpCall, Mono<HttpReply>> answer) {
        script.add(answer);
        return this;
    }

    @Override
    public Mono<HttpReply> exchange(HttpCall call) {
        return Mono.defer(() -> {
                    calls.add(call);
                    Function<HttpCall, Mono<HttpReply>> next = script.poll();
                    return next == null ? Mono.error(new AssertionError("no answer for " + call)) : next.apply(call);
                })
                .doOnCancel(() -> cancelled++);
    }
}
