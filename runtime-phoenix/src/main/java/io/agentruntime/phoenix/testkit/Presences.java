package io.agentruntime.phoenix.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who is present where: topic, key, metas. Within changes only. */
final class Presences {

    private record Presence(ServerChannel owner, String key, Map<String, @Nullable Object> meta) {}

    private final Hub hub;
    private final Map<String, List<Presence>> byTopic = new LinkedHashMap<>();
    private int lastRef;

    Presences(Hub hub) {
        this.hub = hub;
    }

    void track(ServerChannel owner, String key, Map<String, ?> meta) {
        if (find(owner, key) != null) {
            throw new IllegalStateException("This channel tracks the key already: " + key);
        }
        Presence added = new Presence(owner, key, withRef(meta, null));
        of(owner.topic()).add(added);
        diff(owner.topic(), List.of(added), List.of());
    }

    void update(ServerChannel owner, String key, Map<String, ?> meta) {
        Presence old = find(owner, key);
        if (old == null) {
            throw new IllegalStateException("This channel does not track the key: " + key);
        }
        Presence replaced = new Presence(owner, key, withRef(meta, old.meta().get("phx_ref")));
        of(owner.topic()).set(of(owner.topic()).indexOf(old), replaced);
        diff(owner.topic(), List.of(replaced), List.of(old));
    }

    void untrack(ServerChannel owner, String key) {
        Presence old = find(owner, key);
        if (old != null) {
            of(owner.topic()).remove(old);
            diff(owner.topic(), List.of(), List.of(old));
        }
    }

    /** The channel is over. */
    void untrackAll(ServerChannel owner) {
        List<Presence> gone =
                of(owner.topic()).stream().filter(all -> all.owner() == owner).toList();
        if (!gone.isEmpty()) {
            of(owner.topic()).removeAll(gone);
            diff(owner.topic(), List.of(), gone);
        }
    }

    Map<String, @Nullable Object> state(String topic) {
        return grouped(of(topic));
    }

    private void diff(String topic, List<Presence> joins, List<Presence> leaves) {
        hub.broadcast(
                topic, "presence_diff", Serializer.object("joins", grouped(joins), "leaves", grouped(leaves)), null);
    }

    private static Map<String, @Nullable Object> grouped(List<Presence> presences) {
        Map<String, List<Object>> metas = new LinkedHashMap<>();
        presences.forEach(presence ->
                metas.computeIfAbsent(presence.key(), key -> new ArrayList<>()).add(presence.meta()));
        Map<String, @Nullable Object> grouped = new LinkedHashMap<>();
        metas.forEach((key, list) -> grouped.put(key, Map.of("metas", list)));
        return grouped;
    }

    private Map<String, @Nullable Object> withRef(Map<String, ?> meta, @Nullable Object previous) {
        Map<String, @Nullable Object> complete = new LinkedHashMap<>(meta);
        complete.put("phx_ref", "F" + String.format("%011d", ++lastRef));
        if (previous != null) {
            complete.put("phx_ref_prev", previous);
        }
        return complete;
    }

    private @Nullable Presence find(ServerChannel owner, String key) {
        return of(owner.topic()).stream()
                .filter(presence -> presence.owner() == owner && presence.key().equals(key))
                .findFirst()
                .orElse(null);
    }

    private List<Presence> of(String topic) {
        return byTopic.computeIfAbsent(topic, name -> new ArrayList<>());
    }
}
