package io.agentruntime.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

/** Each application here ends the event loops that all of them share, so only one runs at a time. */
class ServiceTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void theTourGoesThroughEveryFault() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        String shown =
                Service.run(List.of(Service.DEMO), Map.of(), new PrintStream(printed, true, StandardCharsets.UTF_8));

        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines.get(0)).matches("service: http://127\\.0\\.0\\.1:\\d+/");
        assertThat(lines)
                .anyMatch(line -> line.contains("HTTP 429"))
                .anyMatch(line -> line.contains("server shutdown"));
        assertThat(shown).startsWith("7 agents connected, lost their sockets,").endsWith("and all of them left");
    }

    @Test
    void stoppingDoesNotWaitForViewers() {
        ConfigurableApplicationContext another = Service.application(Map.of(
                        "server.port", 0, "service.agents", 1, "spring.lifecycle.timeout-per-shutdown-phase", "60s"))
                .run();
        Mono<String> closing = Mono.fromRunnable(another::close)
                .subscribeOn(Schedulers.boundedElastic())
                .thenReturn("closed")
                .cache();
        Mono<Long> viewer = WebClient.create(Service.address(another))
                .get()
                .uri("/api/live")
                .retrieve()
                .bodyToFlux(new ParameterizedTypeReference<ServerSentEvent<JsonNode>>() {})
                .doOnNext(event -> {
                    if ("snapshot".equals(event.event())) {
                        closing.subscribe();
                    }
                })
                .count();

        assertThat(viewer.block(LIMIT)).isPositive();
        // All of it: the event loops that it ends at last are those of the next test too.
        assertThat(closing.block(LIMIT)).isEqualTo("closed");
    }
}
