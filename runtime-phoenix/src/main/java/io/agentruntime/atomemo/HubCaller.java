package io.agentruntime.atomemo;

import io.agentruntime.json.JsonPayload;
import reactor.core.publisher.Mono;

/** Calls from the plugin to its hub. */
@FunctionalInterface
public interface HubCaller {

    /**
     * Calls the hub, and emits its answer's data.
     *
     * <p>Cold. Errors: {@link HubCallException} (the hub answers with an error, or rejects the call), {@link
     * io.agentruntime.error.TimeLimitException} after the plugin's {@code hubCallTimeout}, {@link
     * io.agentruntime.error.SessionEndedException} when the channel is lost: whether the hub has acted on it is unknown then;
     * {@link io.agentruntime.error.NotConnectedException} before the plugin runs and after its end; {@link
     * io.agentruntime.error.EncodeException}.
     *
     * @param event what is called, e.g. {@code get_file_url}
     * @param data any value that Jackson can write
     */
    Mono<JsonPayload> call(String event, Object data);
}
