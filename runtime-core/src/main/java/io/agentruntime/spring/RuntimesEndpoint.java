package io.agentruntime.spring;

import io.agentruntime.spring.RuntimeConnection.Subscription;
import io.agentruntime.stream.SubscriberStats;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/** The actuator endpoint {@code runtimes}: where each runtime stands, what it is subscribed to, and who reads how fast. */
@Endpoint(id = "runtimes")
public final class RuntimesEndpoint {

    private final List<RuntimeLifecycle> lifecycles;

    RuntimesEndpoint(List<RuntimeLifecycle> lifecycles) {
        this.lifecycles = lifecycles;
    }

    /** Every runtime of every protocol. */
    @ReadOperation
    public Runtimes runtimes() {
        return new Runtimes(lifecycles.stream()
                .flatMap(lifecycle -> lifecycle.connections().stream())
                .map(RuntimesEndpoint::describe)
                .toList());
    }

    /** One runtime; nothing (404) when there is none of this protocol and name. */
    @ReadOperation
    public @Nullable RuntimeDescription runtime(@Selector String protocol, @Selector String name) {
        return lifecycles.stream()
                .filter(lifecycle -> lifecycle.protocol().equals(protocol))
                .flatMap(lifecycle -> lifecycle.find(name).stream())
                .map(RuntimesEndpoint::describe)
                .findFirst()
                .orElse(null);
    }

    private static RuntimeDescription describe(WatchedConnection watched) {
        return new RuntimeDescription(
                watched.status(),
                watched.connection().subscriptions(),
                watched.connection().subscribers());
    }

    /**
     * Every runtime.
     *
     * @param runtimes one after the other
     */
    public record Runtimes(List<RuntimeDescription> runtimes) {}

    /**
     * One runtime.
     *
     * @param connection where its connection stands
     * @param subscriptions what the server is asked for at each connect, and how that stands
     * @param subscribers who reads its streams, each with its buffer and what it has dropped
     */
    public record RuntimeDescription(
            RuntimeStatus connection, List<Subscription> subscriptions, List<SubscriberStats> subscribers) {}
}
