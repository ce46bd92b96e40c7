package io.agentruntime.runner;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * {@code SIGTERM} and {@code SIGINT} of this process, taken over from the JVM and given back. By reflection: the compiler
 * does not let {@code sun.misc.Signal} pass without a warning, and not every run time image has it.
 */
final class ProcessSignals {

    private static final Logger log = LoggerFactory.getLogger(ProcessSignals.class);

    private final Sinks.Empty<Void> first;
    private final @Nullable IntConsumer onSecond;
    private final AtomicBoolean received = new AtomicBoolean();
    private final Map<Object, Object> handlersBefore = new LinkedHashMap<>();
    private final @Nullable ShutdownHook hook;

    private ProcessSignals(Sinks.Empty<Void> first, Duration stopTimeout, @Nullable IntConsumer onSecond) {
        this.first = first;
        this.onSecond = onSecond;
        boolean taken = handle("TERM") && handle("INT");
        this.hook = taken ? null : ShutdownHook.register(first, stopTimeout);
        if (!taken) {
            log.info("Signals cannot be handled in this JVM; the plugin is stopped in a shutdown hook");
        }
    }

    /**
     * Takes the signals over.
     *
     * @param first told of the first one
     * @param stopTimeout how long a shutdown hook waits for the stop, where signals cannot be handled
     * @param onSecond told the number of the second one; {@code null} to leave it to whoever had the signals before
     */
    static ProcessSignals take(Sinks.Empty<Void> first, Duration stopTimeout, @Nullable IntConsumer onSecond) {
        return new ProcessSignals(first, stopTimeout, onSecond);
    }

    /** Completes at the first signal. */
    Mono<Void> first() {
        return first.asMono();
    }

    /** The plugin has stopped. */
    void stopped(int status) {
        if (hook != null) {
            hook.release();
        }
    }

    /** Gives the signals back. */
    void close() {
        giveBack();
        if (hook != null) {
            hook.unregister();
        }
    }

    private boolean handle(String name) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            Object handler = Proxy.newProxyInstance(
                    ProcessSignals.class.getClassLoader(), new Class<?>[] {handlerType}, this::invoked);
            Object before =
                    signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
            synchronized (handlersBefore) {
                handlersBefore.put(signal, before);
            }
            return true;
        } catch (ReflectiveOperationException | LinkageError e) {
            log.debug("SIG{} cannot be handled", name, e);
            return false;
        }
    }

    private @Nullable Object invoked(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws ReflectiveOperationException {
        return switch (method.getName()) {
            case "handle" -> {
                if (arguments != null && arguments[0] != null) {
                    onSignal(arguments[0]);
                }
                yield null;
            }
            case "equals" -> arguments != null && arguments[0] == proxy;
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "ProcessSignals";
        };
    }

    private void onSignal(Object signal) throws ReflectiveOperationException {
        if (received.compareAndSet(false, true)) {
            log.info("Stopping, at {}", signal);
            if (onSecond == null) {
                giveBack();
            }
            first.tryEmitEmpty();
        } else if (onSecond != null) {
            onSecond.accept((int) signal.getClass().getMethod("getNumber").invoke(signal));
        }
    }

    private void giveBack() {
        Map<Object, Object> handlers;
        synchronized (handlersBefore) {
            handlers = new LinkedHashMap<>(handlersBefore);
            handlersBefore.clear();
        }
        handlers.forEach((signal, handler) -> {
            try {
                Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
                signal.getClass()
                        .getMethod("handle", signal.getClass(), handlerType)
                        .invoke(null, signal, handler);
            } catch (ClassNotFoundException
                    | NoSuchMethodException
                    | IllegalAccessException
                    | InvocationTargetException e) {
                log.debug("{} was not given back", signal, e);
            }
        });
    }
}
