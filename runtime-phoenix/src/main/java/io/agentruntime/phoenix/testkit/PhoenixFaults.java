package io.agentruntime.phoenix.testkit;

import io.agentruntime.testkit.server.EmbeddedServer;
import io.agentruntime.testkit.server.WireFaults;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The fault switches of an {@link EmbeddedPhoenixServer}: those that every embedded server has, and those of channels.
 * Where one takes {@code topics}, it is a topic, or with {@code *} at its end every topic that begins so.
 *
 * <p>A delay or limit set for a topic is for joins that begin afterwards.
 */
public final class PhoenixFaults extends WireFaults {

    private final Hub hub;

    PhoenixFaults(EmbeddedServer server, Hub hub) {
        super(server);
        this.hub = hub;
    }

    @Override
    public void reset() {
        hub.confined.run(() -> {
            hub.faults.reset();
            super.reset();
        });
    }

    /** While on, heartbeats get no reply. */
    public void stopAnsweringHeartbeats(boolean on) {
        hub.confined.run(() -> hub.faults.heartbeatsStopped = on);
    }

    /** Every long-poll session is gone: its next request is told 410. */
    public void forgetLongPollSessions() {
        hub.confined.run(hub::forgetLongPollSessions);
    }

    // Joins

    /** Refuses the next joins with this response. */
    public void refuseJoins(String topics, int times, @Nullable Object response) {
        hub.confined.run(
                () -> hub.faults.nextJoins(new TopicPattern(topics), times, channel -> JoinDecision.error(response)));
    }

    /** The next joins crash. */
    public void crashJoins(String topics, int times) {
        hub.confined.run(() -> hub.faults.nextJoins(new TopicPattern(topics), times, channel -> JoinDecision.crash()));
    }

    /** The next joins are accepted so much later, and hold up the whole connection meanwhile. */
    public void slowJoins(String topics, int times, Duration delay) {
        hub.confined.run(() ->
                hub.faults.nextJoins(new TopicPattern(topics), times, channel -> JoinDecision.slow(channel, delay)));
    }

    /** The next joins are never answered, and hold up the whole connection for good. */
    public void stallJoins(String topics, int times) {
        hub.confined.run(() ->
                hub.faults.nextJoins(new TopicPattern(topics), times, channel -> JoinDecision.later(Mono.never())));
    }

    // Channels

    /** Every channel that is joined now crashes: {@code phx_error}. */
    public void crashChannels(String topics) {
        hub.confined.run(() -> hub.channels(new TopicPattern(topics)).forEach(ServerChannel::crash));
    }

    /** Every channel that is joined now stops: {@code phx_close}. */
    public void closeChannels(String topics) {
        hub.confined.run(() -> hub.channels(new TopicPattern(topics)).forEach(ServerChannel::stop));
    }

    /** The next pushes are acted on, and their replies are lost. */
    public void loseReplies(String topics, int times) {
        hub.confined.run(() -> hub.faults.loseReplies(new TopicPattern(topics), times));
    }
}
