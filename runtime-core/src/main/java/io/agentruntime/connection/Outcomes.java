package io.agentruntime.connection;

import java.util.function.Consumer;
import reactor.core.Exceptions;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Tells callers how it went. One that breaks the rules and throws is dropped, as Reactor drops errors that nobody can take:
 * the callers behind it are told all the same, and so is whatever follows.
 */
public final class Outcomes {

    private Outcomes() {}

    /** Emits {@code value} and completes. */
    public static <T> void succeed(MonoSink<T> sink, T value) {
        tell(sink, caller -> caller.success(value));
    }

    /** Completes without a value. */
    public static void complete(MonoSink<?> sink) {
        tell(sink, MonoSink::success);
    }

    /** Fails with {@code error}. */
    public static void fail(MonoSink<?> sink, Throwable error) {
        tell(sink, caller -> caller.error(error));
    }

    private static <S extends MonoSink<?>> void tell(S sink, Consumer<S> outcome) {
        try {
            outcome.accept(sink);
        } catch (Throwable e) {
            Exceptions.throwIfJvmFatal(e);
            Operators.onErrorDropped(e, Context.of(sink.contextView()));
        }
    }
}
