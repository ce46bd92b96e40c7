package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.DecodeException;
import io.agentruntime.json.JsonPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Who is present, whatever the order in which the server tells it. */
class PresenceTest extends PhoenixScenario {

    record Device(String device) {}

    private final PhoenixSocket socket = connected();
    private final PhoenixChannel channel = socket.channel(TOPIC);
    private final Presence<Device> presence = channel.presence(Device.class);
    private final Seen<Map<String, PresenceEntry<Device>>> states = watch(presence.state());
    private final List<String> changes = new ArrayList<>();

    PresenceTest() {
        presence.joins().subscribe(join -> changes.add("+" + text(join)));
        presence.leaves().subscribe(leave -> changes.add("-" + text(leave)));
        await(channel.join());
    }

    private static String text(PresenceChange<Device> change) {
        return change.key() + " " + devices(change.changed()) + " beside " + devices(change.current());
    }

    private static List<String> devices(List<PresenceMeta<Device>> metas) {
        return metas.stream()
                .map(meta -> meta.phxRef() + "=" + meta.value().device())
                .toList();
    }

    private static String meta(String ref, String device) {
        return "{\"phx_ref\":\"" + ref + "\",\"device\":\"" + device + "\"}";
    }

    private static String entry(String key, String... metas) {
        return "\"" + key + "\":{\"metas\":[" + String.join(",", metas) + "]}";
    }

    private void state(String... entries) {
        server.connection().push(TOPIC, "presence_state", "{" + String.join(",", entries) + "}");
        pass(10);
    }

    private void diff(String joins, String leaves) {
        server.connection()
                .broadcast(TOPIC, "presence_diff", "{\"joins\":{" + joins + "},\"leaves\":{" + leaves + "}}");
        pass(10);
    }

    /** Joins and leaves are two streams: what comes in what order is known within each of them. */
    private List<String> changes(String sign) {
        return changes.stream().filter(change -> change.startsWith(sign)).toList();
    }

    private Map<String, List<String>> present() {
        Map<String, List<String>> present = new TreeMap<>();
        states.last().forEach((key, entry) -> present.put(key, devices(entry.metas())));
        return present;
    }

    @Test
    void theStateComesFirstToEachSubscriber() {
        assertThat(states.values).containsExactly(Map.of());
        state(entry("ann", meta("1", "phone")));
        assertThat(present()).containsEntry("ann", List.of("1=phone"));
        assertThat(watch(presence.state()).last()).isEqualTo(states.last());
        assertThat(changes).containsExactly("+ann [1=phone] beside []");
    }

    @Test
    void diffsBeforeTheStateWaitForIt() {
        // A joiner gets the diff with itself before the state.
        diff(entry("me", meta("9", "laptop")), "");
        diff(entry("ann", meta("2", "tablet")), entry("bob", meta("5", "phone")));
        assertThat(states.values).containsExactly(Map.of());
        state(entry("me", meta("9", "laptop")), entry("ann", meta("1", "phone")), entry("bob", meta("5", "phone")));

        assertThat(present())
                .containsOnly(Map.entry("me", List.of("9=laptop")), Map.entry("ann", List.of("1=phone", "2=tablet")));
        assertThat(changes("+"))
                .containsExactly(
                        "+me [9=laptop] beside []",
                        "+ann [1=phone] beside []",
                        "+bob [5=phone] beside []",
                        "+ann [2=tablet] beside [1=phone]");
        assertThat(changes("-")).containsExactly("-bob [5=phone] beside []");
        assertThat(states.values).hasSize(2);
    }

    @Test
    void metasAreMergedByTheirReference() {
        state(entry("ann", meta("1", "phone")));
        diff(entry("ann", meta("1", "phone"), meta("2", "tablet")), "");
        diff("", entry("ann", meta("1", "phone")));
        diff("", entry("ann", meta("1", "phone")));
        diff("", entry("nobody", meta("7", "phone")));
        assertThat(states.values).hasSize(4); // what changes nothing is no news
        diff(entry("ann", meta("3", "watch")), entry("ann", meta("2", "tablet")));
        diff("", entry("ann", meta("3", "watch")));

        assertThat(states.last()).isEmpty();
        assertThat(changes)
                .containsExactly(
                        "+ann [1=phone] beside []",
                        "+ann [2=tablet] beside [1=phone]",
                        "-ann [1=phone] beside [2=tablet]",
                        "+ann [3=watch] beside [2=tablet]",
                        "-ann [2=tablet] beside [3=watch]",
                        "-ann [3=watch] beside []");
    }

    @Test
    void anotherJoinStartsOverAndReportsTheDifference() {
        state(entry("ann", meta("1", "phone"), meta("2", "tablet")), entry("bob", meta("3", "phone")));
        changes.clear();
        server.connection().crash(TOPIC);
        pass(10);
        assertThat(present().keySet()).isEqualTo(Set.of("ann", "bob"));
        passSeconds(1);
        // Of the time before the state; it must not be applied to the old one.
        diff(entry("cid", meta("8", "phone")), entry("ann", meta("2", "tablet")));
        assertThat(present().keySet()).isEqualTo(Set.of("ann", "bob"));
        state(entry("ann", meta("2", "tablet"), meta("4", "watch")));

        assertThat(present()).containsOnly(Map.entry("ann", List.of("4=watch")), Map.entry("cid", List.of("8=phone")));
        assertThat(changes("+"))
                .containsExactly("+ann [4=watch] beside [1=phone, 2=tablet]", "+cid [8=phone] beside []");
        assertThat(changes("-"))
                .containsExactly(
                        "-ann [1=phone] beside [2=tablet, 4=watch]",
                        "-bob [3=phone] beside []",
                        "-ann [2=tablet] beside [4=watch]");
    }

    @Test
    void whoAsksLaterGetsWhoIsPresentThen() {
        state(entry("ann", meta("1", "phone")));
        diff(entry("bob", meta("2", "tv")), "");
        record Screen(String device) {}
        Seen<Map<String, PresenceEntry<Screen>>> later =
                watch(channel.presence(Screen.class).state());
        Seen<Map<String, PresenceEntry<JsonPayload>>> unread =
                watch(channel.presence().state());
        assertThat(later.last().keySet()).containsExactly("ann", "bob");
        assertThat(later.last().get("bob").metas().get(0).value()).isEqualTo(new Screen("tv"));
        assertThat(unread.last().keySet()).containsExactly("ann", "bob");

        diff("", entry("ann", meta("1", "phone")));
        assertThat(later.last().keySet()).containsExactly("bob");
        assertThat(unread.last().keySet()).containsExactly("bob");
    }

    @Test
    void whoAsksBetweenADiffAndItsStateMissesNeither() {
        diff(entry("bob", meta("2", "tv")), "");
        record Screen(String device) {}
        Seen<Map<String, PresenceEntry<Screen>>> later =
                watch(channel.presence(Screen.class).state());
        state(entry("ann", meta("1", "phone")));

        assertThat(later.values).hasSize(2);
        assertThat(later.last().keySet()).containsExactly("ann", "bob");
    }

    @Test
    void diffsThatWaitedForAnEarlierJoinsStateAreForgotten() {
        diff(entry("ghost", meta("1", "phone")), "");
        server.connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(2);
        state(entry("ann", meta("2", "phone")));

        assertThat(present().keySet()).containsExactly("ann");
        assertThat(changes).containsExactly("+ann [2=phone] beside []");
    }

    @Test
    void snapshotsDoNotChange() {
        state(entry("ann", meta("1", "phone")));
        Map<String, PresenceEntry<Device>> before = states.last();
        diff(entry("bob", meta("2", "phone")), "");

        assertThat(before.keySet()).containsExactly("ann");
        assertThatThrownBy(before::clear).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void fieldsBesideTheMetasAreKept() {
        server.connection()
                .push(
                        TOPIC,
                        "presence_state",
                        "{\"ann\":{\"user\":{\"name\":\"Ann\"},\"metas\":[" + meta("1", "x") + "]}}");
        pass(10);

        assertThat(states.last().get("ann").data().field("user").orElseThrow().string("name"))
                .isEqualTo("Ann");
    }

    @Test
    void whatCannotBeReadIsReportedAndTheRestCounts() {
        Seen<?> errors = watch(socket.errors());
        state(entry("ann", "{\"device\":\"no ref\"}", meta("1", "phone"), "{\"phx_ref\":\"2\",\"device\":[]}"));
        server.connection().push(TOPIC, "presence_diff", "{\"joins\":7}");
        server.connection().push(TOPIC, "presence_diff", "[]");
        pass(10);

        assertThat(present()).containsOnly(Map.entry("ann", List.of("1=phone")));
        assertThat(errors.values)
                .hasSize(2)
                .allSatisfy(error -> assertThat(error).isInstanceOf(DecodeException.class));
    }

    @Test
    void presenceMayBeReadAsItCame() {
        PhoenixChannel other = socket.channel("room:raw");
        Seen<Map<String, PresenceEntry<JsonPayload>>> raw =
                watch(other.presence().state());
        await(other.join());
        server.connection().push("room:raw", "presence_state", "{" + entry("ann", meta("1", "phone")) + "}");
        pass(10);

        assertThat(raw.last().get("ann").metas().get(0).value().string("device"))
                .isEqualTo("phone");
        assertThat(other.presence()).isSameAs(other.presence(JsonPayload.class));
    }

    @Test
    void leavingTheChannelEndsPresence() {
        state(entry("ann", meta("1", "phone")));
        await(channel.leave());

        assertThat(states.completed).isTrue();
        assertThat(watch(presence.state()).last()).isEmpty();
    }
}
