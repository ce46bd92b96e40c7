package io.agentruntime.examples.service.cluster;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.examples.service.AgentHome;
import io.agentruntime.examples.service.Fleet;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;

/** What makes a cluster of the service, when it is told where Redis is. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(ClusterSettings.REDIS_URL)
@EnableConfigurationProperties(ClusterSettings.class)
class ClusterConfiguration {

    private static final String AUTOSTART = "service.autostart";

    @Bean
    @Primary
    LeasedAgents leasedAgents(@Qualifier("realGateway") AgentHome home) {
        return new LeasedAgents(home);
    }

    @Bean
    ClusterLifecycle clusterLifecycle(
            ClusterSettings settings, LeasedAgents agents, Fleet fleet, Environment environment) {
        if (environment.getProperty(AUTOSTART, Boolean.class, true)) {
            throw new InvalidOptionException(
                    AUTOSTART, true, "must be false in a cluster, where the slots say which agents run here");
        }
        LeaseTimes times = new LeaseTimes(settings.lease());
        String node = settings.node().isEmpty() ? name() : settings.node();
        RedisSlots slots = new RedisSlots(settings.redisUrl(), settings.prefix(), node, settings.slots(), times);
        KeeperThreads threads = KeeperThreads.create(settings.slots());
        SlotKeeper keeper = new SlotKeeper(
                settings.slots(),
                agentIds(environment),
                slots,
                agents.host(fleet),
                times,
                threads,
                System::nanoTime,
                new Random());
        return new ClusterLifecycle(node, keeper, slots, threads);
    }

    /** Those that have a key: the same in all processes. */
    private static Set<String> agentIds(Environment environment) {
        return Binder.get(environment)
                .bind("service.api-keys", Bindable.mapOf(String.class, String.class))
                .orElse(Map.of())
                .keySet();
    }

    private static String name() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown";
        }
        int digits = ThreadLocalRandom.current().nextInt(0x10000);
        return "%s-%d-%04x".formatted(host, ProcessHandle.current().pid(), digits);
    }
}
