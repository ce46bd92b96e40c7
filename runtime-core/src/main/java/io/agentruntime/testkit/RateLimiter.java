package io.agentruntime.testkit;

import java.util.HashMap;
import java.util.Map;

/** Counts calls in fixed windows of a minute, one a key. */
final class RateLimiter {

    static final int WINDOW_SECONDS = 60;

    private record Window(long endsMillis, int[] calls) {}

    private final GatewayClock clock;
    private final Map<String, Window> windows = new HashMap<>();

    RateLimiter(GatewayClock clock) {
        this.clock = clock;
    }

    /** Counts one call; how many are left in the window, negative when it is one too many. */
    int left(String key, int limit) {
        long now = clock.millis();
        Window window = windows.get(key);
        if (window == null || now >= window.endsMillis()) {
            window = new Window(now + WINDOW_SECONDS * 1_000L, new int[1]);
            windows.put(key, window);
        }
        return limit - ++window.calls()[0];
    }
}
