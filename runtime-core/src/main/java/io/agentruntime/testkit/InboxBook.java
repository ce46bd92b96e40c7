package io.agentruntime.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Direct messages, by the agent that received them. */
final class InboxBook {

    record Mail(
            String id,
            String fromAgentId,
            String toAgentId,
            String content,
            String messageType,
            @Nullable JsonNode metadata,
            long createdMicros,
            @Nullable Long readMillis) {

        Mail readAt(long millis) {
            return new Mail(id, fromAgentId, toAgentId, content, messageType, metadata, createdMicros, millis);
        }
    }

    private final Ids ids;
    private final GatewayClock clock;
    private final Map<String, List<Mail>> byRecipient = new HashMap<>();

    InboxBook(Ids ids, GatewayClock clock) {
        this.ids = ids;
        this.clock = clock;
    }

    Mail store(String from, String to, String content, String messageType, @Nullable JsonNode metadata) {
        Mail mail = new Mail(ids.uuid(), from, to, content, messageType, metadata, clock.nextMicros(), null);
        byRecipient.computeIfAbsent(to, id -> new ArrayList<>()).add(mail);
        return mail;
    }

    Stream<Mail> newestFirst(String agentId) {
        List<Mail> all = new ArrayList<>(of(agentId));
        Collections.reverse(all);
        return all.stream();
    }

    long unread(String agentId) {
        return of(agentId).stream()
                .map(Mail::readMillis)
                .filter(Objects::isNull)
                .count();
    }

    /** Whether there was such a message, unread so far. */
    boolean markRead(String agentId, String mailId) {
        List<Mail> mails = of(agentId);
        for (int i = 0; i < mails.size(); i++) {
            Mail mail = mails.get(i);
            if (mail.id().equals(mailId) && mail.readMillis() == null) {
                mails.set(i, mail.readAt(clock.millis()));
                return true;
            }
        }
        return false;
    }

    boolean delete(String agentId, String mailId) {
        return of(agentId).removeIf(mail -> mail.id().equals(mailId));
    }

    private List<Mail> of(String agentId) {
        return byRecipient.getOrDefault(agentId, new ArrayList<>());
    }
}
