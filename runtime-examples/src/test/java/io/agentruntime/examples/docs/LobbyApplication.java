package io.agentruntime.examples.docs;

import io.agentruntime.nookplot.GatewayEvent;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.spring.ConnectionStateChanged;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

@SpringBootApplication
public class LobbyApplication {

    public static void main(String[] args) {
        SpringApplication.run(LobbyApplication.class, args);
    }

    @RestController
    static class Lobby {

        private final NookplotRuntime runtime;
        private final Sinks.Empty<Void> stopping = Sinks.empty();

        Lobby(NookplotRuntime runtime) {
            this.runtime = runtime;
        }

        @GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<String> events() {
            return runtime.events().all().map(GatewayEvent::type).takeUntilOther(stopping.asMono());
        }

        @PostMapping("/channels/{id}")
        Mono<Void> say(@PathVariable String id, @RequestBody String text) {
            return runtime.channels().send(id, text).then();
        }

        @EventListener
        void on(ConnectionStateChanged change) {
            LoggerFactory.getLogger(getClass()).info("{}", change);
        }

        @EventListener(ContextClosedEvent.class)
        void stop() {
            stopping.tryEmitEmpty();
        }
    }
}
