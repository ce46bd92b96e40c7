package io.agentruntime.examples.service.cluster;

import static java.util.stream.Collectors.groupingBy;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** Which slot an agent belongs to: the same in every process and every release. */
final class Slots {

    private Slots() {}

    static int of(String agentId, int slots) {
        CRC32 hash = new CRC32();
        hash.update(agentId.getBytes(StandardCharsets.UTF_8));
        return (int) (hash.getValue() % slots);
    }

    static Map<Integer, List<String>> group(Collection<String> agentIds, int slots) {
        return agentIds.stream().collect(groupingBy(id -> of(id, slots)));
    }
}
