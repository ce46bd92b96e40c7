package io.agentruntime.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tickets for one WebSocket handshake each. */
final class TicketBook {

    static final int LIFETIME_SECONDS = 30;

    private record Ticket(String agentId, long expiresAtMillis) {}

    private final Ids ids;
    private final GatewayClock clock;
    private final Consumer<String> secrets;

    /** In the order of their issue, which is that of their expiry. */
    private final Map<String, Ticket> tickets = new LinkedHashMap<>();

    TicketBook(Ids ids, GatewayClock clock, Consumer<String> secrets) {
        this.secrets = secrets;
        this.ids = ids;
        this.clock = clock;
    }

    String issue(String agentId) {
        removeExpired();
        String ticket = ids.uuid();
        secrets.accept(ticket);
        tickets.put(ticket, new Ticket(agentId, clock.millis() + LIFETIME_SECONDS * 1_000L));
        return ticket;
    }

    /** Whose ticket it is, without using it up; {@code null} for one that is unknown, used or expired. */
    @Nullable
    String peek(String ticket) {
        Ticket known = tickets.get(ticket);
        return known != null && known.expiresAtMillis() > clock.millis() ? known.agentId() : null;
    }

    /** Uses a ticket up and tells whose it was; {@code null} for one that is unknown, used or expired. */
    @Nullable
    String redeem(String ticket) {
        String agentId = peek(ticket);
        tickets.remove(ticket);
        return agentId;
    }

    void clear() {
        tickets.clear();
    }

    private void removeExpired() {
        long now = clock.millis();
        var oldest = tickets.values().iterator();
        while (oldest.hasNext() && oldest.next().expiresAtMillis() <= now) {
            oldest.remove();
        }
    }
}
