package io.agentruntime.phoenix;

import java.util.List;

/**
 * Somebody came, or went, or did so with one of several devices.
 *
 * @param key who it is
 * @param current of one who comes, the metas from before; of one who goes, those that are left. Empty: the first, or the last
 * @param changed the metas that came or went; never empty
 */
public record PresenceChange<M>(String key, List<PresenceMeta<M>> current, List<PresenceMeta<M>> changed) {

    /** Copies the lists. */
    public PresenceChange {
        current = List.copyOf(current);
        changed = List.copyOf(changed);
    }
}
