package io.agentruntime.testkit;

import io.agentruntime.testkit.Outcome.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** The position of every fault switch. Part of the books: read and written within changes only. */
final class FaultBook {

    /** The real gateway was observed to fragment large messages; from which size on is ours to choose. */
    private static final int FRAGMENT_BYTES = 16 * 1024;

    /** What happens to a call instead of, or around, its answer. */
    record HttpRule(
            CallPattern pattern,
            @Nullable Supplier<Answer> instead,
            @Nullable BreakPoint breakPoint,
            int[] left) {

        HttpRule(CallPattern pattern, int times, Supplier<Answer> instead) {
            this(pattern, instead, null, new int[] {times});
        }

        HttpRule(CallPattern pattern, int times, BreakPoint breakPoint) {
            this(pattern, null, breakPoint, new int[] {times});
        }
    }

    boolean pongsStopped;
    boolean halfOpen;
    boolean dropAfterAccept;
    boolean dropAfterWelcome;
    final Set<String> deniedChannels = new HashSet<>();
    final Set<String> silentChannels = new HashSet<>();
    final Set<String> blockedTexts = new HashSet<>();
    final Set<String> quarantinedTexts = new HashSet<>();
    Duration historyDelay = Duration.ZERO;

    private int refuseStatus;
    private int refuseTimes;
    private int fragmentParts;
    private int fragmentTimes;
    private final List<HttpRule> rules = new ArrayList<>();
    private Sinks.@Nullable Empty<Void> upgradeStall;
    private final Map<String, Stall> httpStalls = new HashMap<>();

    private record Stall(CallPattern pattern, Sinks.Empty<Void> over) {}

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
    HttpRule nextRule(String method, String path) {
        Iterator<HttpRule> all = rules.iterator();
        while (all.hasNext()) {
            HttpRule rule = all.next();
            if (rule.pattern().matches(method, path)) {
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

    Mono<Void> httpGate(String method, String path) {
        return httpStalls.values().stream()
                .filter(stall -> stall.pattern().matches(method, path))
                .findFirst()
                .map(stall -> stall.over().asMono())
                .orElse(Mono.empty());
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
        return 1 + (bytes - 1) / FRAGMENT_BYTES;
    }

    boolean blocks(String content) {
        return blockedTexts.stream().anyMatch(content::contains);
    }

    boolean quarantines(String content) {
        return quarantinedTexts.stream().anyMatch(content::contains);
    }

    /** Every switch back to where it was at the start; returns what to run afterwards. */
    List<Runnable> reset() {
        pongsStopped = false;
        halfOpen = false;
        dropAfterAccept = false;
        dropAfterWelcome = false;
        deniedChannels.clear();
        silentChannels.clear();
        blockedTexts.clear();
        quarantinedTexts.clear();
        historyDelay = Duration.ZERO;
        refuseTimes = 0;
        fragmentTimes = 0;
        rules.clear();
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
