package io.agentruntime.examples.quickstart;

import reactor.core.publisher.Mono;

/** Signals that a program sends to itself. */
public final class Signals {

    private Signals() {}

    /** Sends a signal to this process: by reflection, for the compiler warns of what is not a part of Java SE. */
    public static Mono<Void> raise(String name) {
        return Mono.fromCallable(() -> {
                    Class<?> type = Class.forName("sun.misc.Signal");
                    Object signal = type.getConstructor(String.class).newInstance(name);
                    return String.valueOf(type.getMethod("raise", type).invoke(null, signal));
                })
                .then();
    }
}
