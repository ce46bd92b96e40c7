package io.agentruntime.examples.service;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/** The embedded gateway's switches over HTTP. */
@RestController
@ConditionalOnProperty(name = ServiceSettings.GATEWAY, havingValue = "embedded", matchIfMissing = true)
@RequestMapping("/api")
final class PlaygroundController {

    private final Playground playground;
    private final Fleet fleet;

    PlaygroundController(Playground playground, Fleet fleet) {
        this.playground = playground;
        this.fleet = fleet;
    }

    /** Makes something go wrong; answers when it has, for a restart when the gateway is back. */
    @PostMapping("/faults/{fault}")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Mono<Void> cause(@PathVariable String fault) {
        Fault found = Fault.of(fault)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no fault " + fault));
        int andTheServicesOwn = fleet.agents().size() + 1;
        return playground.cause(found, andTheServicesOwn);
    }

    /** @param perSecond how many messages are to be said a second */
    record Traffic(int perSecond) {}

    /** Makes it louder or quieter. */
    @PutMapping("/traffic")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    Mono<Void> traffic(@RequestBody Traffic traffic) {
        return Mono.fromRunnable(() -> playground.talk(traffic.perSecond()));
    }
}
