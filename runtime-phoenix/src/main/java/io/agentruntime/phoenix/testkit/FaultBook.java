package io.agentruntime.phoenix.testkit;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The position of the channels' fault switches. Part of the books: read and written within changes only. */
final class FaultBook {

    private record JoinRule(TopicPattern pattern, Function<ServerChannel, JoinDecision> instead, int[] left) {}

    private record ReplyRule(TopicPattern pattern, int[] left) {}

    boolean heartbeatsStopped;
    private final List<JoinRule> joins = new ArrayList<>();
    private final List<ReplyRule> lostReplies = new ArrayList<>();

    void nextJoins(TopicPattern pattern, int times, Function<ServerChannel, JoinDecision> instead) {
        joins.add(new JoinRule(pattern, instead, new int[] {times}));
    }

    /** What happens to a join instead of its handler. */
    @Nullable
    JoinDecision nextJoin(ServerChannel channel) {
        Iterator<JoinRule> all = joins.iterator();
        while (all.hasNext()) {
            JoinRule rule = all.next();
            if (rule.pattern().matches(channel.topic())) {
                if (--rule.left()[0] == 0) {
                    all.remove();
                }
                return rule.instead().apply(channel);
            }
        }
        return null;
    }

    void loseReplies(TopicPattern pattern, int times) {
        lostReplies.add(new ReplyRule(pattern, new int[] {times}));
    }

    boolean losesReply(ServerChannel channel) {
        Iterator<ReplyRule> all = lostReplies.iterator();
        while (all.hasNext()) {
            ReplyRule rule = all.next();
            if (rule.pattern().matches(channel.topic())) {
                if (--rule.left()[0] == 0) {
                    all.remove();
                }
                return true;
            }
        }
        return false;
    }

    void reset() {
        heartbeatsStopped = false;
        joins.clear();
        lostReplies.clear();
    }
}
