package io.agentruntime.phoenix;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A server that says what the test says, in memory, and everything on one virtual clock. */
class PhoenixScenario {

    static final String TOPIC = "room:lobby";

    final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    FakePhoenix server = new FakePhoenix(time, false);
    FakeLongPoll http = new FakeLongPoll(server, time);

    /** What the sockets of the scenario go over. */
    PhoenixTransport transport() {
        return PhoenixTransport.WEBSOCKET;
    }

    /** What a publisher has signalled so far. */
    static final class Seen<T> {
        final List<T> values = new ArrayList<>();

        @Nullable
        Throwable error;

        boolean completed;

        T last() {
            return values.get(values.size() - 1);
        }

        boolean pending() {
            return values.isEmpty() && error == null && !completed;
        }
    }

    /** From now on a server of version 1, and sockets that speak it. */
    void speakVersion1() {
        server = new FakePhoenix(time, true);
        http = new FakeLongPoll(server, time);
    }

    PhoenixSocket socket(UnaryOperator<PhoenixSocketBuilder> options) {
        return options.apply(PhoenixSocket.builder()
                        .url("ws://phoenix.test/socket")
                        .timer(time)
                        .random(new Random(1))
                        .streams(StreamOptions.of(OverflowPolicy.ERROR).withDeliverOn(time))
                        .transport(transport())
                        .transport(http, server))
                .build();
    }

    PhoenixSocket connected(UnaryOperator<PhoenixSocketBuilder> options) {
        PhoenixSocket socket = socket(options);
        await(socket.connect());
        return socket;
    }

    PhoenixSocket connected() {
        return connected(options -> options);
    }

    PhoenixChannel joined(PhoenixSocket socket) {
        PhoenixChannel channel = socket.channel(TOPIC);
        await(channel.join());
        return channel;
    }

    <T> Seen<T> watch(Flux<T> flux) {
        Seen<T> seen = new Seen<>();
        flux.subscribe(seen.values::add, error -> seen.error = error, () -> seen.completed = true);
        pass(0);
        return seen;
    }

    <T> Seen<T> watch(Mono<T> mono) {
        return watch(mono.flux());
    }

    /** Subscribes, lets some time pass, and gives the result. */
    <T> @Nullable T await(Mono<T> mono) {
        AtomicReference<@Nullable T> value = new AtomicReference<>();
        AtomicReference<@Nullable Throwable> error = new AtomicReference<>();
        AtomicReference<Boolean> done = new AtomicReference<>(false);
        mono.subscribe(
                value::set,
                e -> {
                    error.set(e);
                    done.set(true);
                },
                () -> done.set(true));
        pass(100);
        if (error.get() instanceof RuntimeException thrown) {
            throw thrown;
        }
        if (!done.get()) {
            throw new AssertionError("Neither a result nor an error");
        }
        return value.get();
    }

    void pass(long millis) {
        time.advanceTimeBy(Duration.ofMillis(millis));
    }

    void passSeconds(long seconds) {
        time.advanceTimeBy(Duration.ofSeconds(seconds));
    }

    long millis() {
        return time.now(TimeUnit.MILLISECONDS);
    }

    static List<String> names(Seen<ChannelState> states) {
        return states.values.stream().map(ChannelState::name).toList();
    }

    static List<String> connectionNames(Seen<ConnectionState> states) {
        return states.values.stream().map(ConnectionState::name).toList();
    }

    static List<String> texts(Seen<PhoenixMessage> messages) {
        return messages.values.stream()
                .map(message -> message.event() + " " + message.payload().json().text())
                .toList();
    }
}
