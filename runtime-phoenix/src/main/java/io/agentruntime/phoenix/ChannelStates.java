package io.agentruntime.phoenix;

import io.agentruntime.phoenix.ChannelState.CloseReason;
import io.agentruntime.phoenix.ChannelState.Closed;
import io.agentruntime.phoenix.ChannelState.Errored;
import io.agentruntime.phoenix.ChannelState.Joining;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.stream.SubscriberStats;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/** The present state of a channel, and who is told of it. It changes in tasks of the channel's inbox only. */
final class ChannelStates {

    private static final Logger log = LoggerFactory.getLogger(PhoenixChannel.class);

    private final String topic;
    private final Executor inbox;
    private final HotStream<ChannelState> told;
    private volatile ChannelState current = new Closed(CloseReason.NEW, null);

    ChannelStates(String topic, Executor inbox) {
        this.topic = topic;
        this.inbox = inbox;
        this.told = new HotStream<>("states of " + topic, null);
    }

    ChannelState current() {
        return current;
    }

    boolean is(Class<? extends ChannelState> kind) {
        return kind.isInstance(current);
    }

    /** Whether it is wanted, and has yet to be joined. */
    boolean isWaiting() {
        return is(Joining.class) || is(Errored.class);
    }

    /** What it is already is no news. */
    void moveTo(ChannelState next) {
        if (!next.equals(current)) {
            current = next;
            log.debug("{}: {}", topic, next.name());
            told.next(next);
        }
    }

    /** The present state, then each one after it. */
    Flux<ChannelState> flux(StreamOptions options) {
        return told.fluxAfter(this::current, inbox, options);
    }

    void complete() {
        told.complete();
    }

    List<SubscriberStats> stats() {
        return told.stats();
    }
}
