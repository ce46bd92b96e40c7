package io.agentruntime.testkit;

import reactor.core.publisher.Mono;

/** What becomes of a WebSocket handshake. */
sealed interface Upgrade {

    /** Accepted, for this agent. */
    record Accept(String agentId) implements Upgrade {}

    /** A bare status line, without a header, and the end. */
    record Refuse(int status, String reason) implements Upgrade {}

    /** The end, without a byte. */
    record Drop() implements Upgrade {}

    /** Decides on handshakes, with the fault switches in between. */
    final class Desk {

        private static final String PATH = "/ws/runtime";

        private final GatewayCore core;

        Desk(GatewayCore core) {
            this.core = core;
        }

        /** Cold; a handshake that is cancelled while it is stalled uses up no ticket. */
        Mono<Upgrade> decide(HttpInput input) {
            return Mono.defer(() -> {
                String ticket = HttpInput.parseQuery(input.rawQuery()).getOrDefault("ticket", "");
                Mono<Void> gate = core.confined.get(() -> {
                    core.recordUpgrade(input, ticket);
                    return core.faults.upgradeGate();
                });
                return gate.then(Mono.fromSupplier(() -> core.confined.get(() -> decide(input.path(), ticket))));
            });
        }

        private Upgrade decide(String path, String ticket) {
            int refusal = core.faults.nextRefusal();
            if (refusal != 0) {
                return new Refuse(refusal, "Refused");
            }
            if (!path.equals(PATH)) {
                return new Drop();
            }
            if (ticket.isEmpty()) {
                return new Refuse(401, "Unauthorized");
            }
            if (!Js.isUuid(ticket)) {
                // The real gateway hands it to the database as a UUID, which throws (observed).
                return new Refuse(500, "Internal Server Error");
            }
            String agentId = core.tickets.redeem(ticket);
            return agentId == null ? new Refuse(401, "Invalid ticket") : new Accept(agentId);
        }
    }
}
