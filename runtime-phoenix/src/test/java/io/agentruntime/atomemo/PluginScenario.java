package io.agentruntime.atomemo;

import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.atomemo.testkit.HubAnswer;
import io.agentruntime.phoenix.PhoenixSocketBuilder;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A hub and plugins in memory, everything on one virtual clock. */
class PluginScenario {

    /** Where nothing can be written: no thread of another clock is to interfere. */
    private static final Path NOWHERE = Path.of("target", "no-such-folder", "definition.json");

    final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    EmbeddedAtomemoHub hub = EmbeddedAtomemoHub.inMemory(HubMode.DEBUG, time);

    /** What a publisher has signalled so far. */
    static final class Seen<T> {
        final List<T> values = new ArrayList<>();

        @Nullable
        Throwable error;

        boolean completed;
        Disposable subscription = () -> {};

        T value() {
            if (values.isEmpty()) {
                throw new AssertionError("Nothing yet; error: " + error, error);
            }
            return values.get(0);
        }

        boolean pending() {
            return values.isEmpty() && error == null && !completed;
        }
    }

    <T> Seen<T> watch(Mono<T> mono) {
        Seen<T> seen = new Seen<>();
        seen.subscription = mono.subscribe(seen.values::add, error -> seen.error = error, () -> seen.completed = true);
        pass(100);
        return seen;
    }

    void pass(long millis) {
        time.advanceTimeBy(Duration.ofMillis(millis));
    }

    void passSeconds(long seconds) {
        time.advanceTimeBy(Duration.ofSeconds(seconds));
    }

    TransporterBuilder inMemory(TransporterBuilder transporter) {
        return inMemory(transporter, socket -> socket);
    }

    TransporterBuilder inMemory(TransporterBuilder transporter, UnaryOperator<PhoenixSocketBuilder> options) {
        return transporter.socket(socket -> options.apply(socket)
                .random(new Random(1))
                .streams(StreamOptions.of(OverflowPolicy.ERROR).withDeliverOn(time))
                .transport(hub.server().exchange(), hub.server().pipes()));
    }

    AtomemoPlugin plugin(UnaryOperator<AtomemoPluginBuilder> options) {
        return options.apply(AtomemoPlugin.builder("my-plugin")
                        .version("1.0.0")
                        .author("Jane", "jane@example.com")
                        .environment(AtomemoEnvironment.of(hub.variables()))
                        .definitionFile(NOWHERE)
                        .timer(time)
                        .http(call -> Mono.error(new AssertionError("No HTTP")))
                        .transporter(this::inMemory))
                .build();
    }

    AtomemoPlugin plugin() {
        return plugin(options -> options);
    }

    static Tool tool(String name, Handler<ToolCall, ?> handler) {
        return Tool.builder(name).invoke(handler).build();
    }

    /** Runs it until it is registered. */
    Seen<Void> running(AtomemoPlugin plugin) {
        Seen<Void> run = watch(plugin.run());
        pass(100);
        if (!run.pending()) {
            throw new AssertionError("Not running", run.error);
        }
        return run;
    }

    Seen<HubAnswer> ask(String event, Map<String, ?> fields) {
        return watch(hub.ask(event, fields));
    }

    /** Breaks the connection; the plugin comes back by itself. */
    void drop() {
        hub.server().faults().dropAllSockets();
        passSeconds(10);
    }
}
