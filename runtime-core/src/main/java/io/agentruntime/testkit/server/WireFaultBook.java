package io.agentruntime.testkit.server;

import io.agentruntime.http.HttpReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** The position of every fault switch. Part of the books: read and written within changes only. */
final class WireFaultBook {

    /** Where an HTTP exchange breaks. */
    enum BreakPoint {
        BEFORE_ACTING,
        AFTER_ACTING,
        MID_ANSWER
    }

    /** What happens to a call instead of, or around, its answer. */
    record HttpRule(
            CallPattern pattern,
            @Nullable Supplier<HttpReply> instead,
            @Nullable BreakPoint breakPoint,
            int[] left) {

        HttpRule(CallPattern pattern, int times, Supplier<HttpReply> instead) {
            this(pattern, instead, null, new int[] {times});
        }

        HttpRule(CallPattern pattern, int times, BreakPoint breakPoint) {
            this(pattern, null, breakPoint, new int[] {times});
        }
    }

    private record Stall(CallPattern pattern, Sinks.Empty<Void> over) {}

    private record Delay(CallPattern pattern, Duration duration) {}

    boolean pongsStopped;
    boolean halfOpen;
    boolean dropAfterAccept;

    private final int fragmentBytes;
    private int refuseStatus;
    private int refuseTimes;
    private int fragmentParts;
    private int fragmentTimes;
    private final List<HttpRule> rules = new ArrayList<>();
    private Sinks.@Nullable Empty<Void> upgradeStall;
    private final Map<String, Stall> httpStalls = new HashMap<>();
    private final Map<String, Delay> httpDelays = new HashMap<>();

    WireFaultBook(int fragmentBytes) {
        this.fragmentBytes = fragmentBytes;
    }

    // Handshakes

    void refuseUpgrades(int status, int times) {
        refuseStatus = status;
        refuseTimes = times;
    }

    /** The status to refuse the next handshake with; 0 for none. */
    int nextRefusal() {
        if (refuseTimes == 0) {
            return 0;
        }
        refuseTimes--;
        return refuseStatus;
    }

    /** Switches the stall on, or off: then the effect to run is the release of those that wait. */
    @Nullable
    Runnable stallUpgrades(boolean on) {
        if (on) {
            upgradeStall = upgradeStall == null ? Sinks.empty() : upgradeStall;
            return null;
        }
        Sinks.Empty<Void> stall = upgradeStall;
        upgradeStall = null;
        return stall == null ? null : stall::tryEmitEmpty;
    }

    Mono<Void> upgradeGate() {
        return upgradeStall == null ? Mono.empty() : upgradeStall.asMono();
    }

    // HTTP

    void add(HttpRule rule) {
        rules.add(rule);
    }

    /** The first rule for this call that has times left, one of which is used up. */
    @Nullable
    HttpRule nextRule(ServerRequest request) {
        Iterator<HttpRule> all = rules.iterator();
        while (all.hasNext()) {
            HttpRule rule = all.next();
            if (rule.pattern().matches(request)) {
                if (--rule.left()[0] == 0) {
                    all.remove();
                }
                return rule;
            }
        }
        return null;
    }

    @Nullable
    Runnable stallHttp(CallPattern pattern, boolean on) {
        if (on) {
            httpStalls.computeIfAbsent(pattern.toString(), source -> new Stall(pattern, Sinks.empty()));
            return null;
        }
        Stall stall = httpStalls.remove(pattern.toString());
        return stall == null ? null : stall.over()::tryEmitEmpty;
    }

    Mono<Void> httpGate(ServerRequest request) {
        return httpStalls.values().stream()
                .filter(stall -> stall.pattern().matches(request))
                .findFirst()
                .map(stall -> stall.over().asMono())
                .orElse(Mono.empty());
    }

    void delayHttp(CallPattern pattern, Duration delay) {
        httpDelays.put(pattern.toString(), new Delay(pattern, delay));
    }

    Duration delay(ServerRequest request) {
        return httpDelays.values().stream()
                .filter(delay -> delay.pattern().matches(request))
                .map(Delay::duration)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    // Messages

    void fragment(int parts, int times) {
        fragmentParts = parts;
        fragmentTimes = times;
    }

    int partsOfNextMessage(int bytes) {
        if (fragmentTimes > 0) {
            fragmentTimes--;
            return Math.max(1, Math.min(fragmentParts, bytes));
        }
        return 1 + Math.max(0, bytes - 1) / fragmentBytes;
    }

    /** Every switch back to where it was at the start; returns what to run afterwards. */
    List<Runnable> reset() {
        pongsStopped = false;
        halfOpen = false;
        dropAfterAccept = false;
        refuseTimes = 0;
        fragmentTimes = 0;
        rules.clear();
        httpDelays.clear();
        List<Runnable> releases = new ArrayList<>();
        httpStalls.values().forEach(stall -> releases.add(stall.over()::tryEmitEmpty));
        httpStalls.clear();
        Runnable release = stallUpgrades(false);
        if (release != null) {
            releases.add(release);
        }
        return releases;
    }
}
