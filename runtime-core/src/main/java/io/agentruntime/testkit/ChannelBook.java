package io.agentruntime.testkit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Channels, their members and their messages. */
final class ChannelBook {

    /** What the store keeps of one channel; older messages are forgotten. */
    private static final int MAX_MESSAGES = 100_000;

    record Member(String agentId, String role, long joinedMicros) {}

    record Message(
            String id,
            String fromAgentId,
            String content,
            String messageType,
            @Nullable JsonNode metadata,
            @Nullable String signature,
            long createdMicros,
            boolean quarantined) {}

    /** What a channel is created with. */
    record Draft(
            String slug,
            String name,
            @Nullable String description,
            String channelType,
            boolean isPublic,
            int maxMembers,
            @Nullable JsonNode metadata) {}

    /** A channel. */
    static final class Channel {
        final String id;
        final Draft draft;
        final long createdMicros;
        final Map<String, Member> members = new LinkedHashMap<>();

        /** Oldest first; the creation times strictly ascend. */
        private final List<Message> messages = new ArrayList<>();

        Channel(String id, Draft draft, long createdMicros) {
            this.id = id;
            this.draft = draft;
            this.createdMicros = createdMicros;
        }

        boolean hasMember(String agentId) {
            return members.containsKey(agentId);
        }

        void add(Message message) {
            if (messages.size() == MAX_MESSAGES) {
                messages.subList(0, MAX_MESSAGES / 10).clear();
            }
            messages.add(message);
        }

        /** Messages stored strictly before a time, newest first, quarantined ones left out. */
        Stream<Message> before(long micros) {
            int end = messages.size();
            if (micros != Long.MAX_VALUE) {
                int low = 0;
                while (low < end) {
                    int middle = (low + end) >>> 1;
                    if (messages.get(middle).createdMicros() < micros) {
                        low = middle + 1;
                    } else {
                        end = middle;
                    }
                }
            }
            int newest = end - 1;
            return IntStream.rangeClosed(0, newest)
                    .mapToObj(back -> messages.get(newest - back))
                    .filter(message -> !message.quarantined());
        }
    }

    private final Ids ids;
    private final GatewayClock clock;
    private final Map<String, Channel> byId = new LinkedHashMap<>();
    private final Map<String, Channel> bySlug = new LinkedHashMap<>();

    ChannelBook(Ids ids, GatewayClock clock) {
        this.ids = ids;
        this.clock = clock;
    }

    Channel create(Draft draft) {
        Channel channel = new Channel(ids.uuid(), draft, clock.nextMicros());
        byId.put(channel.id, channel);
        bySlug.put(draft.slug(), channel);
        return channel;
    }

    @Nullable
    Channel byId(String id) {
        return byId.get(id);
    }

    @Nullable
    Channel bySlug(String slug) {
        return bySlug.get(slug);
    }

    /** All channels, the newest first. */
    Stream<Channel> newestFirst() {
        List<Channel> all = new ArrayList<>(byId.values());
        Collections.reverse(all);
        return all.stream();
    }

    Collection<Channel> all() {
        return byId.values();
    }

    /** Makes an agent a member; one that is already stays what it is. */
    Member join(Channel channel, String agentId, String role) {
        return channel.members.computeIfAbsent(agentId, id -> new Member(id, role, clock.nextMicros()));
    }

    Message store(
            Channel channel,
            String fromAgentId,
            String content,
            String messageType,
            @Nullable JsonNode metadata,
            @Nullable String signature,
            boolean quarantined) {
        Message message = new Message(
                ids.uuid(), fromAgentId, content, messageType, metadata, signature, clock.nextMicros(), quarantined);
        channel.add(message);
        return message;
    }
}
