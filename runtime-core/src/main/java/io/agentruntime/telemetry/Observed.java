package io.agentruntime.telemetry;

import reactor.util.context.Context;

/** An {@link Operation} that goes on. It ends once; later ends are ignored. */
public interface Observed {

    /** Nobody watches. */
    Observed NOTHING = new Observed() {};

    /** The context in which it is done. */
    default Context within(Context caller) {
        return caller;
    }

    /**
     * It was answered, or is done where nothing is answered.
     *
     * @param status the HTTP status, or {@code ok}, {@code error}, {@code other} as the peer says; {@code ok} without an answer
     */
    default void answered(String status) {}

    /** It failed without an answer. */
    default void failed(Throwable error) {}

    /** The caller waits no longer. */
    default void cancelled() {}
}
