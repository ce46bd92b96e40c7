package io.agentruntime.nookplot;

import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * 10,000 messages to 5 channels while the gateway is restarted 20 times at random moments, in good order, killed, half open
 * or in the middle of a frame. The seed decides the moments, the ways and the pauses; in memory everything else follows.
 */
final class RandomLosses {

    static final int CHANNELS = 5;
    static final int MESSAGES = 10_000;
    static final int LOSSES = 20;

    /**
     * How long things take.
     *
     * @param pauseOneIn after one in so many messages there is a pause; those between share a moment
     * @param maxPause its length at the most, in milliseconds
     * @param maxDown how long the gateway is down at the most, in milliseconds
     * @param maxFrozen how long sockets are half open before the gateway goes down, at the most, in milliseconds
     */
    record Pace(int pauseOneIn, int maxPause, int maxDown, int maxFrozen) {}

    private final EmbeddedGateway gateway;
    private final GatewayAgent writer;
    private final Scheduler timer;
    private final Pace pace;
    private final Random random;
    private final List<GatewayChannel> channels;
    private final List<Instant> losses = Collections.synchronizedList(new ArrayList<>());
    private final List<ChannelReading> readings = new ArrayList<>();
    private Mono<Void> restarts = Mono.empty();

    RandomLosses(
            EmbeddedGateway gateway, GatewayAgent reader, GatewayAgent writer, Scheduler timer, Pace pace, long seed) {
        this.gateway = gateway;
        this.writer = writer;
        this.timer = timer;
        this.pace = pace;
        this.random = new Random(seed);
        this.channels = IntStream.range(0, CHANNELS)
                .mapToObj(i -> gateway.channel("channel-" + i, reader, writer))
                .toList();
    }

    /** So many seeds, or the one given by {@code -Dlosses.seed}, or as many as {@code -Dlosses.seeds} says. */
    static LongStream seeds(String where, int count) {
        Long replayed = Long.getLong("losses.seed");
        LongStream seeds = replayed != null
                ? LongStream.of(replayed)
                : LongStream.rangeClosed(1, Integer.getInteger("losses.seeds", count));
        long[] all = seeds.toArray();
        System.out.println("Losses " + where + ": seeds " + all[0] + " to " + all[all.length - 1]
                + ", replay one with -Dlosses.seed=<seed>");
        return LongStream.of(all);
    }

    List<String> channelIds() {
        return channels.stream().map(GatewayChannel::id).toList();
    }

    /** Reads every channel in both ways. */
    void read(NookplotRuntime runtime) {
        channels.forEach(channel -> readings.add(new ChannelReading(channel.slug(), runtime, channel.id())));
    }

    /** Sends and restarts. Completes when all is sent and the gateway is up for good. */
    Mono<Void> run() {
        return Mono.defer(() -> {
            Set<Integer> moments = new TreeSet<>();
            while (moments.size() < LOSSES) {
                moments.add(random.nextInt(MESSAGES));
            }
            return Flux.range(0, MESSAGES)
                    .concatMap(i -> {
                        if (moments.contains(i)) {
                            restart();
                        }
                        post("m" + i);
                        return random.nextInt(pace.pauseOneIn()) == 0 ? pause(pace.maxPause()) : Mono.empty();
                    })
                    .then(Mono.defer(() -> restarts));
        });
    }

    private void post(String text) {
        int channel = random.nextInt(CHANNELS);
        readings.get(channel).sends(text, now());
        gateway.post(writer, channels.get(channel), text);
    }

    /** Beside the sending; one restart after the other. */
    private void restart() {
        int kind = random.nextInt(4);
        Mono<Void> frozen = pause(pace.maxFrozen());
        Duration down = Duration.ofMillis(random.nextInt(pace.maxDown()));
        Mono<Void> restart = Mono.defer(() -> {
            losses.add(now());
            return switch (kind) {
                case 0 -> gateway.restart(Shutdown.CLEAN, down);
                case 1 -> gateway.restart(Shutdown.KILLED, down);
                case 2 -> {
                    gateway.faults().cutMidFrame();
                    yield gateway.restart(Shutdown.KILLED, down);
                }
                default -> {
                    gateway.faults().freezeSockets();
                    yield frozen.then(Mono.defer(() -> {
                        losses.add(now());
                        return gateway.restart(Shutdown.KILLED, down);
                    }));
                }
            };
        });
        restarts = restarts.then(restart).cache();
        restarts.subscribe();
    }

    private Mono<Void> pause(int maxMillis) {
        return Mono.delay(Duration.ofMillis(random.nextInt(maxMillis)), timer).then();
    }

    private Instant now() {
        return Instant.ofEpochMilli(timer.now(TimeUnit.MILLISECONDS));
    }

    /** Whether as much has been refilled as was sent. */
    boolean isComplete() {
        return readings.stream().allMatch(ChannelReading::isComplete);
    }

    /** How many gaps the readers without refill were told of. */
    long gaps() {
        return readings.stream().mapToLong(ChannelReading::gaps).sum();
    }

    /** What the readers have got that they should not have, or the other way round; see {@link ChannelReading}. */
    List<String> problems(Duration overlap) {
        return readings.stream()
                .flatMap(reading -> reading.problems(List.copyOf(losses), overlap).stream())
                .limit(20)
                .toList();
    }
}
