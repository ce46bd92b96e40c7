package io.agentruntime.examples.service.cluster;

import io.agentruntime.examples.service.AgentHome;
import io.agentruntime.examples.service.AgentSnapshot;
import io.agentruntime.examples.service.Fleet;
import io.agentruntime.nookplot.NookplotRuntimeBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * In the processes of the test: each agent says every second which process drives it, and has a heartbeat every other
 * second. So a process that was stopped is full of things that are overdue when it is continued.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("cluster-test.busy")
class BusyAgents {

    static final String WORK = "work";

    private static final Duration PAUSE = Duration.ofSeconds(1);

    @Bean
    static BeanPostProcessor quickHeartbeats() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return name.equals("realGateway") ? quick((AgentHome) bean) : bean;
            }
        };
    }

    private static AgentHome quick(AgentHome home) {
        return new AgentHome() {
            @Override
            public NookplotRuntimeBuilder runtime(String agentId) {
                return home.runtime(agentId)
                        .heartbeatInterval(Duration.ofSeconds(2))
                        .livenessTimeout(Duration.ofMinutes(1));
            }

            @Override
            public Optional<String> channelId() {
                return home.channelId();
            }
        };
    }

    @Bean
    Disposable work(Fleet fleet, @Value("${service.cluster.node}") String node) {
        Map<String, String> frame = Map.of("type", WORK, "by", node);
        return Flux.interval(PAUSE, Schedulers.parallel())
                .onBackpressureDrop()
                .concatMap(tick ->
                        Flux.fromIterable(fleet.agents()).map(AgentSnapshot::id).flatMap(id -> say(fleet, id, frame)))
                .subscribe();
    }

    private static Mono<Void> say(Fleet fleet, String agentId, Map<String, String> frame) {
        return fleet.runtime(agentId)
                .flatMap(runtime -> runtime.connection().sendWs(frame))
                .then()
                .onErrorComplete();
    }
}
