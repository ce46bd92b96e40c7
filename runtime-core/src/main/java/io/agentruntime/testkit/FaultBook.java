package io.agentruntime.testkit;

import java.util.HashSet;
import java.util.Set;

/** The position of the gateway's own fault switches. Part of the books: read and written within changes only. */
final class FaultBook {

    boolean dropAfterWelcome;
    final Set<String> deniedChannels = new HashSet<>();
    final Set<String> silentChannels = new HashSet<>();
    final Set<String> blockedTexts = new HashSet<>();
    final Set<String> quarantinedTexts = new HashSet<>();

    boolean blocks(String content) {
        return blockedTexts.stream().anyMatch(content::contains);
    }

    boolean quarantines(String content) {
        return quarantinedTexts.stream().anyMatch(content::contains);
    }

    void reset() {
        dropAfterWelcome = false;
        deniedChannels.clear();
        silentChannels.clear();
        blockedTexts.clear();
        quarantinedTexts.clear();
    }
}
