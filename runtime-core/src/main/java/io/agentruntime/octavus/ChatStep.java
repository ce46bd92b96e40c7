package io.agentruntime.octavus;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A state and the changes that led to it. */
record ChatStep(ChatState state, List<ChatChange> changes) {

    static ChatStep unchanged(ChatState state) {
        return new ChatStep(state, List.of());
    }

    /** What {@code next} makes of this state, with the changes of both. */
    ChatStep then(Function<ChatState, ChatStep> next) {
        ChatStep step = next.apply(state);
        if (changes.isEmpty()) {
            return step;
        }
        if (step.changes.isEmpty()) {
            return new ChatStep(step.state, changes);
        }
        List<ChatChange> all = new ArrayList<>(changes);
        all.addAll(step.changes);
        return new ChatStep(step.state, List.copyOf(all));
    }
}
