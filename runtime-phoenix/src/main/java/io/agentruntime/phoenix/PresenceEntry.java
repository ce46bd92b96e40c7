package io.agentruntime.phoenix;

import io.agentruntime.json.JsonPayload;
import java.util.List;

/**
 * Somebody who is present.
 *
 * @param key who it is
 * @param metas where and how, the oldest first; never empty
 * @param data what the server sent last of this key: fields beside {@code metas} are there
 */
public record PresenceEntry<M>(String key, List<PresenceMeta<M>> metas, JsonPayload data) {

    /** Copies the list. */
    public PresenceEntry {
        metas = List.copyOf(metas);
    }
}
