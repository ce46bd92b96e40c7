package io.agentruntime.spring;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.CompositeReactiveHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Status;
import reactor.core.publisher.Mono;

/**
 * The health of a protocol's runtimes, one component for each where there are several.
 *
 * <table>
 * <caption>States and health</caption>
 * <tr><th>state</th><th>status</th></tr>
 * <tr><td>connected</td><td>{@code UP}</td></tr>
 * <tr><td>connecting, reconnecting</td><td>{@code OUT_OF_SERVICE}: it mends itself</td></tr>
 * <tr><td>failed</td><td>{@code DOWN}: it does not</td></tr>
 * <tr><td>disconnected</td><td>{@code DOWN} where the application's lifecycle connects it, {@code UNKNOWN} otherwise</td></tr>
 * </table>
 */
public final class RuntimeHealth {

    private RuntimeHealth() {}

    /** The health of all runtimes that this lifecycle has. */
    public static ReactiveHealthContributor of(RuntimeLifecycle lifecycle) {
        if (lifecycle.connections().size() == 1) {
            return indicator(lifecycle.connections().get(0));
        }
        Map<String, ReactiveHealthContributor> all = new LinkedHashMap<>();
        lifecycle.connections().forEach(connection -> all.put(connection.name(), indicator(connection)));
        return CompositeReactiveHealthContributor.fromMap(all);
    }

    private static ReactiveHealthIndicator indicator(WatchedConnection connection) {
        return () -> Mono.fromSupplier(() -> health(connection.status()));
    }

    private static Health health(RuntimeStatus runtime) {
        Health.Builder health = Health.status(status(runtime))
                .withDetail("state", runtime.state())
                .withDetail("since", runtime.since());
        detail(health, "attempt", runtime.attempt());
        detail(health, "session", runtime.session());
        detail(health, "lastError", runtime.lastError());
        return health.build();
    }

    private static Status status(RuntimeStatus runtime) {
        return switch (runtime.state()) {
            case "connected" -> Status.UP;
            case "connecting", "reconnecting" -> Status.OUT_OF_SERVICE;
            case "failed" -> Status.DOWN;
            default -> runtime.autoConnect() ? Status.DOWN : Status.UNKNOWN;
        };
    }

    private static void detail(Health.Builder health, String name, @Nullable Object value) {
        if (value != null) {
            health.withDetail(name, value);
        }
    }
}
