package io.agentruntime.examples.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.examples.service.cluster.SharedSlots.Membership;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which slot an agent has, how many a process has, and what slots are called in Redis. */
class SlotsTest {

    /** Processes of different releases have to agree. */
    @ParameterizedTest
    @CsvSource({"agent-0, 64, 15", "agent-1, 64, 25", "Ångström, 64, 3", "agent-0, 7, 6"})
    void anAgentHasTheSameSlotForEver(String agent, int slots, int slot) {
        assertThat(Slots.of(agent, slots)).isEqualTo(slot);
    }

    @Test
    void agentsSpreadOverAllSlots() {
        List<String> agents =
                IntStream.range(0, 3000).mapToObj(i -> "agent-" + i).toList();

        assertThat(Slots.group(agents, 64))
                .hasSize(64)
                .allSatisfy((slot, group) -> assertThat(group).hasSizeBetween(20, 80));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 63, 64, 65, 100})
    void theSharesOfAllMembersMakeUpAllSlots(int members) {
        List<Integer> shares = IntStream.range(0, members)
                .mapToObj(rank -> new Membership(rank, members, true).share(64))
                .toList();

        assertThat(shares.stream().mapToInt(share -> share).sum()).isEqualTo(64);
        assertThat(shares).allMatch(share -> share == 64 / members || share == 64 / members + 1);
    }

    /** See {@link RedisSlots#localLocks}. The registry uses the largest power of two that its capacity reaches. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 64, 100, 101, 1000})
    void noTwoSlotsShareALocalLock(int slots) {
        int digits = String.valueOf(slots - 1).length();
        int mask = Integer.highestOneBit(RedisSlots.localLocks(digits) + 1) - 1;
        Set<Integer> places = new HashSet<>();

        for (int slot = 0; slot < slots; slot++) {
            String key = "agents:slot:" + String.format("%0" + digits + "d", slot);
            assertThat(places.add(key.hashCode() & mask)).as(key).isTrue();
        }
    }
}
