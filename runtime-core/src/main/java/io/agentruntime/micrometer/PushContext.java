package io.agentruntime.micrometer;

import io.agentruntime.telemetry.Operation.Push;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/** Something sent over a session under observation, until its outcome is known. */
public final class PushContext extends Observation.Context {

    private final KeyValues common;
    private final Push push;
    private volatile @Nullable String status;

    PushContext(KeyValues common, Push push) {
        this.common = common;
        this.push = push;
    }

    /** The tags of the telemetry: runtime, protocol, and what was given as {@code tags}. */
    public KeyValues common() {
        return common;
    }

    /** What it is, in one of few words: {@code push}, {@code send}, {@code request}, {@code trigger}, ... */
    public String kind() {
        return push.kind();
    }

    /** What the user calls it: an event, a type, a trigger. */
    public String name() {
        return push.name();
    }

    /** What it goes to, a topic or channel; empty where that is the whole session. */
    public String target() {
        return push.target();
    }

    /**
     * {@code ok}, {@code error} or {@code other} as the peer answered, {@code cancelled} when nobody waits for it any more;
     * {@code null} until then, and without an answer.
     */
    public @Nullable String status() {
        return status;
    }

    void ended(String how) {
        status = how;
    }
}
