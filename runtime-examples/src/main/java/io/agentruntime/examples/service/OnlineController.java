package io.agentruntime.examples.service;

import io.agentruntime.nookplot.AgentPresence;
import io.agentruntime.nookplot.NookplotRuntime;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** What the service's own agent sees. Its runtime is a bean that the auto-configuration has made and connected. */
@RestController
@RequestMapping("/api/online")
final class OnlineController {

    private static final int LIMIT = 100;

    private final ObjectProvider<NookplotRuntime> runtime;

    OnlineController(ObjectProvider<NookplotRuntime> runtime) {
        this.runtime = runtime;
    }

    /** The first hundred agents that are online at the gateway. */
    @GetMapping
    Mono<List<AgentPresence>> online() {
        return Mono.justOrEmpty(runtime.getIfUnique())
                .switchIfEmpty(Mono.error(() ->
                        new UnknownAgentException("The service has no agent of its own: set nookplot.gateway-url")))
                .flatMap(own -> own.getPresence(LIMIT, 0));
    }
}
