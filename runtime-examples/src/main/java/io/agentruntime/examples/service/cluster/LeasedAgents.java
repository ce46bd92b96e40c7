package io.agentruntime.examples.service.cluster;

import io.agentruntime.examples.service.AgentHome;
import io.agentruntime.examples.service.Fleet;
import io.agentruntime.examples.service.UnknownAgentException;
import io.agentruntime.nookplot.NookplotRuntimeBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;

/** The home of a fleet whose agents live here by lease only: each connection of theirs is guarded by their slot's lease. */
final class LeasedAgents implements AgentHome {

    private final AgentHome home;
    private final Map<String, Lease> leases = new ConcurrentHashMap<>();

    LeasedAgents(AgentHome home) {
        this.home = home;
    }

    /** Errors: {@link UnknownAgentException} for an agent whose slot is not held here. */
    @Override
    public NookplotRuntimeBuilder runtime(String agentId) {
        Lease lease = leases.get(agentId);
        if (lease == null || !lease.isHeld()) {
            throw new UnknownAgentException("The slot of agent " + agentId + " is not held by this process");
        }
        return home.runtime(agentId).net(net -> net.customizer(LeaseGuard.on(lease)));
    }

    @Override
    public Optional<String> channelId() {
        return home.channelId();
    }

    /** Runs the agents in a fleet that has this home. */
    AgentHost host(Fleet fleet) {
        return new AgentHost() {

            @Override
            public Mono<Void> start(String agentId, Lease lease) {
                // Somebody else may have started it at the moment when its last lease ended: it would wait for that one
                // for ever.
                return fleet.stop(agentId).then(Mono.defer(() -> {
                    leases.put(agentId, lease);
                    return fleet.start(agentId);
                }));
            }

            @Override
            public Mono<Void> stop(String agentId) {
                return Mono.defer(() -> {
                    leases.remove(agentId);
                    return fleet.stop(agentId);
                });
            }
        };
    }
}
