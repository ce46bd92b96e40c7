package io.agentruntime.phoenix;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.SubscriberStats;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;

/** Keeps the presence of one channel. Only touched by tasks of the channel's inbox, but for the streams themselves. */
final class PresenceTracker<M> {

    private static final String STATE = "presence_state";
    private static final String DIFF = "presence_diff";

    /** Diffs that wait for the state; the oldest are the first that the state has in it. */
    private static final int MAX_WAITING = 1000;

    private record Diff<M>(Map<String, PresenceEntry<M>> joins, Map<String, PresenceEntry<M>> leaves) {}

    private final Class<M> type;
    private final ChannelMachine channel;
    private final SocketSettings settings;
    private final SocketHub hub;
    private final HotStream<Map<String, PresenceEntry<M>>> states;
    private final HotStream<PresenceChange<M>> joins;
    private final HotStream<PresenceChange<M>> leaves;

    private final Map<String, PresenceEntry<M>> present = new LinkedHashMap<>();
    private final Deque<Diff<M>> waiting = new ArrayDeque<>();
    private boolean stateKnown;
    private boolean changed;
    private volatile boolean asked;

    PresenceTracker(Class<M> type, ChannelMachine channel, SocketSettings settings, SocketHub hub) {
        this.type = type;
        this.channel = channel;
        this.settings = settings;
        this.hub = hub;
        this.states = new HotStream<>(hub.presence, "presence of " + channel.topic(), hub.gate);
        this.joins = new HotStream<>(hub.presence, "presence joins of " + channel.topic(), hub.gate);
        this.leaves = new HotStream<>(hub.presence, "presence leaves of " + channel.topic(), hub.gate);
    }

    Flux<Map<String, PresenceEntry<M>>> states() {
        return channel.listened(states.fluxAfter(this::snapshot, channel.inbox(), settings.streams()));
    }

    Flux<PresenceChange<M>> joins() {
        return channel.listened(joins.flux(settings.streams()));
    }

    Flux<PresenceChange<M>> leaves() {
        return channel.listened(leaves.flux(settings.streams()));
    }

    private Map<String, PresenceEntry<M>> snapshot() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(present));
    }

    /** Somebody wants it: from now on what cannot be read is reported. */
    PresenceTracker<M> asked() {
        asked = true;
        return this;
    }

    /** Begins with what another has heard so far. */
    void startAs(PresenceTracker<JsonPayload> other) {
        stateKnown = other.stateKnown;
        present.putAll(readAgain(other.present));
        other.waiting.forEach(diff -> waiting.add(new Diff<>(readAgain(diff.joins()), readAgain(diff.leaves()))));
    }

    private Map<String, PresenceEntry<M>> readAgain(Map<String, PresenceEntry<JsonPayload>> unread) {
        Map<String, PresenceEntry<M>> entries = new LinkedHashMap<>();
        unread.forEach((key, entry) -> {
            List<PresenceMeta<M>> metas =
                    metas(entry.metas().stream().map(PresenceMeta::value).toList());
            if (!metas.isEmpty()) {
                entries.put(key, new PresenceEntry<>(key, metas, entry.data()));
            }
        });
        return entries;
    }

    /** Another join: what it says counts from its state on. */
    void awaitState() {
        stateKnown = false;
        waiting.clear();
    }

    void received(PhoenixMessage message) {
        try {
            switch (message.event()) {
                case STATE -> onState(entries(message.payload().json()));
                case DIFF -> onDiff(diff(message.payload().json()));
                default -> {}
            }
        } catch (RuntimeClientException e) {
            report(e);
        }
    }

    private void report(RuntimeClientException error) {
        if (asked) {
            hub.report(error);
        }
    }

    private void onState(Map<String, PresenceEntry<M>> state) {
        stateKnown = true;
        Map<String, PresenceEntry<M>> gone = new LinkedHashMap<>();
        present.forEach((key, entry) -> {
            PresenceEntry<M> now = state.get(key);
            List<PresenceMeta<M>> lost = now == null ? entry.metas() : without(entry.metas(), now.metas());
            if (!lost.isEmpty()) {
                gone.put(key, new PresenceEntry<>(key, lost, entry.data()));
            }
        });
        apply(new Diff<>(state, gone));
        waiting.forEach(this::apply);
        waiting.clear();
        publish();
    }

    private void onDiff(Diff<M> diff) {
        if (stateKnown) {
            changed = false;
            apply(diff);
            if (changed) {
                publish();
            }
            return;
        }
        if (waiting.size() == MAX_WAITING) {
            waiting.remove();
        }
        waiting.add(diff);
    }

    private void apply(Diff<M> diff) {
        diff.joins().forEach(this::come);
        diff.leaves().forEach(this::go);
    }

    private void come(String key, PresenceEntry<M> entry) {
        PresenceEntry<M> before = present.get(key);
        List<PresenceMeta<M>> current = before == null ? List.of() : before.metas();
        List<PresenceMeta<M>> added = without(entry.metas(), current);
        if (added.isEmpty()) {
            return; // known from the state already
        }
        List<PresenceMeta<M>> all = new ArrayList<>(current);
        all.addAll(added);
        present.put(key, new PresenceEntry<>(key, all, entry.data()));
        changed = true;
        joins.next(new PresenceChange<>(key, current, added));
    }

    private void go(String key, PresenceEntry<M> entry) {
        PresenceEntry<M> before = present.get(key);
        if (before == null) {
            return;
        }
        List<PresenceMeta<M>> left = without(before.metas(), entry.metas());
        List<PresenceMeta<M>> removed = without(before.metas(), left);
        if (removed.isEmpty()) {
            return;
        }
        if (left.isEmpty()) {
            present.remove(key);
        } else {
            present.put(key, new PresenceEntry<>(key, left, before.data()));
        }
        changed = true;
        leaves.next(new PresenceChange<>(key, left, removed));
    }

    /** The metas that the others do not have, told apart by their references. */
    private List<PresenceMeta<M>> without(List<PresenceMeta<M>> metas, List<PresenceMeta<M>> others) {
        Set<String> refs = others.stream().map(PresenceMeta::phxRef).collect(Collectors.toSet());
        return metas.stream().filter(meta -> !refs.contains(meta.phxRef())).toList();
    }

    private void publish() {
        if (states.hasSubscribers()) {
            states.next(snapshot());
        }
    }

    // ---- Reading

    private Diff<M> diff(JsonPayload json) {
        return new Diff<>(side(json, "joins"), side(json, "leaves"));
    }

    private Map<String, PresenceEntry<M>> side(JsonPayload diff, String name) {
        return diff.field(name).map(this::entries).orElse(Map.of());
    }

    private Map<String, PresenceEntry<M>> entries(JsonPayload json) {
        Map<String, PresenceEntry<M>> entries = new LinkedHashMap<>();
        json.fields().forEach((key, entry) -> {
            List<PresenceMeta<M>> metas =
                    metas(entry.field("metas").map(JsonPayload::elements).orElse(List.of()));
            if (!metas.isEmpty()) {
                entries.put(key, new PresenceEntry<>(key, metas, entry));
            }
        });
        return entries;
    }

    private List<PresenceMeta<M>> metas(List<JsonPayload> unread) {
        List<PresenceMeta<M>> metas = new ArrayList<>();
        for (JsonPayload meta : unread) {
            try {
                metas.add(meta(meta));
            } catch (DecodeException e) {
                report(e);
            }
        }
        return metas;
    }

    @SuppressWarnings("unchecked") // guarded by the comparison
    private PresenceMeta<M> meta(JsonPayload json) {
        String ref = json.string("phx_ref");
        if (ref == null) {
            throw new DecodeException("meta of a presence", "field 'phx_ref' is no string", "", null);
        }
        return new PresenceMeta<>(ref, type == JsonPayload.class ? (M) json : json.as(type));
    }

    List<SubscriberStats> stats() {
        return Stream.of(states, joins, leaves)
                .flatMap(stream -> stream.stats().stream())
                .toList();
    }

    // ---- Endings

    /** The channel is closed: whoever joins it again finds nobody before the state has come. */
    void clear() {
        present.clear();
        awaitState();
    }

    void fail(Throwable error) {
        states.fail(error);
        joins.fail(error);
        leaves.fail(error);
    }

    void end() {
        states.end();
        joins.end();
        leaves.end();
    }

    void complete() {
        states.complete();
        joins.complete();
        leaves.complete();
    }
}
