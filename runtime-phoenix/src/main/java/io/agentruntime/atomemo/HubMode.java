package io.agentruntime.atomemo;

import java.util.Locale;

/** What a plugin is connected for. */
public enum HubMode {
    /** One's own plugin while it is written: it registers its definition at the hub. */
    DEBUG,
    /** A released plugin, which the hub knows already. */
    RELEASE;

    /** The mode's name on the wire. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
