package io.agentruntime.octavus;

import io.agentruntime.error.RuntimeClientException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The way to one agent: turns, one at a time.
 *
 * <p>A turn is a cold {@link Flux}: each subscription is a turn of its own. It ends
 *
 * <ul>
 *   <li>with {@link StreamEvent.Finish}, then completes;
 *   <li>with {@link StreamEvent.Aborted}, then completes, when this side ended it: {@link #stop()}, a new turn, another session;
 *   <li>with an error: {@link AgentErrorException} when the agent failed, {@link io.agentruntime.error.SessionEndedException}
 *       when the connection was lost, {@link io.agentruntime.error.DisconnectedException}, {@link
 *       io.agentruntime.error.DecodeException} when something came that cannot be read, {@link
 *       io.agentruntime.error.TimeLimitException} when the agent was silent for too long or no connection came about in time,
 *       {@link io.agentruntime.error.EncodeException}, {@link io.agentruntime.error.SlowSubscriberException}, {@link
 *       io.agentruntime.error.RuntimeClosedException}, and what connecting fails with.
 * </ul>
 *
 * <p>Cancelling a turn stops it on the server. No event of one turn ever comes in another one.
 */
public interface OctavusTransport {

    /** A socket to the server: {@code ws}, {@code wss}, {@code http} or {@code https}. */
    static OctavusSocketBuilder socket(String url) {
        return new OctavusSocketBuilder().url(url);
    }

    /** A socket over pipes of one's own; see {@link OctavusSocketBuilder#connector}. */
    static OctavusSocketBuilder socket() {
        return new OctavusSocketBuilder();
    }

    /** Turns over HTTP with server-sent events, each posted to this {@code http} or {@code https} address. */
    static OctavusHttpBuilder http(String url) {
        return new OctavusHttpBuilder(url);
    }

    /**
     * Begins a turn. The one that runs ends with {@link StreamEvent.Aborted.Reason#REPLACED}.
     *
     * @param triggerName a trigger of the agent's protocol
     * @param input its input, anything that Jackson can write; {@code null} leaves it out
     */
    Flux<StreamEvent> trigger(String triggerName, @Nullable Map<String, ?> input);

    /** Begins a turn without input. */
    default Flux<StreamEvent> trigger(String triggerName) {
        return trigger(triggerName, null);
    }

    /**
     * Goes on after a {@link StreamEvent.ClientToolRequest}, once the turn that asked has finished. Also {@link
     * ExecutionLostException} when the server cannot know of the execution any more.
     *
     * @param executionId the execution that asked
     * @param results the request's {@code serverToolResults} first, then the client's
     */
    Flux<StreamEvent> continueWith(String executionId, List<ToolResult> results);

    /**
     * Stops the turn that runs, which ends with {@link StreamEvent.Aborted.Reason#STOPPED}; one that has not been sent yet
     * never is. Completes when that is done; does nothing when none runs; never fails.
     */
    Mono<Void> stop();

    /**
     * What the server sends beside the turns: events of one's own, and events that are not known here. Hot; ends with an error
     * when connecting is given up, completes at {@link #close()}.
     */
    Flux<StreamEvent.Custom> customEvents();

    /** Says when the server has lost the conversation. Never comes where sessions have an id. Completes at {@link #close()}. */
    Flux<SessionReset> sessionResets();

    /** What goes wrong and no turn ends with: what cannot be read while none runs. Completes at {@link #close()}. */
    Flux<RuntimeClientException> errors();

    /** Ends the turn that runs and frees everything. Idempotent; never fails. */
    Mono<Void> close();
}
