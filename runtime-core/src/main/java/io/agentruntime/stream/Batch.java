package io.agentruntime.stream;

import java.util.ArrayList;
import java.util.List;

/**
 * Elements that come together, and the subscribers that have got some of them: each is woken up once at the end, not once an
 * element. Waking a thread costs more than most elements do.
 *
 * <p>Used by one thread at a time. Outside of {@link #begin()} and {@link #end()} each element is one by itself. A buffer
 * that fills is served before the end.
 */
public final class Batch {

    /** Looked through for each element; beyond it a subscriber is woken at once. */
    private static final int MOST = 16;

    private final List<BufferedSubscriber<?>> waiting = new ArrayList<>();
    private boolean begun;

    /** More is about to come: whoever gets something is woken up at {@link #end()}. */
    public void begin() {
        begun = true;
    }

    void add(BufferedSubscriber<?> subscriber) {
        for (int i = 0; i < waiting.size(); i++) {
            if (waiting.get(i) == subscriber) {
                return;
            }
        }
        if (begun && waiting.size() < MOST) {
            waiting.add(subscriber);
        } else {
            subscriber.drain();
        }
    }

    /** Nothing more comes for now: wakes up whoever has got something. */
    public void end() {
        begun = false;
        for (int i = 0; i < waiting.size(); i++) {
            waiting.get(i).drain();
        }
        waiting.clear();
    }
}
