package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * 10,000 messages to 5 channels while the connection is lost 20 times at random moments, in random ways. Replay one case
 * with {@code -Dlosses.seed=<seed>}.
 */
class RandomLossesTest extends InMemoryScenario {

    private static final int CHANNELS = 5;
    private static final int MESSAGES = 10_000;
    private static final int LOSSES = 20;

    static LongStream seeds() {
        Long replayed = Long.getLong("losses.seed");
        return replayed != null ? LongStream.of(replayed) : LongStream.rangeClosed(1, 50);
    }

    /** What one channel's readers have got, and what was sent to it. */
    private static final class Reading {
        final List<String> sent = new ArrayList<>();
        final Map<String, Instant> sentAt = new HashMap<>();
        final List<Delivery<ChannelMessage>> refilled = new ArrayList<>();
        final List<Delivery<ChannelMessage>> plain = new ArrayList<>();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void eachMessageOnceAndInOrderOrInAGap(long seed) {
        Random random = new Random(seed);
        List<GatewayChannel> channels = new ArrayList<>();
        for (int i = 0; i < CHANNELS; i++) {
            channels.add(gateway.channel("channel-" + i, alice, bob));
        }
        NookplotRuntime runtime = connected(b -> b.heartbeatInterval(Duration.ofSeconds(5))
                .backgroundPause(Duration.ofMillis(100))
                .refill(refill -> refill.withMaxMessages(1_000_000))
                .reconnect(r -> r.unlimitedRetries().maxDelay(Duration.ofSeconds(4)))
                .streams(StreamOptions.of(OverflowPolicy.ERROR)
                        .withDeliverOn(time)
                        .withCapacity(1_000_000)));
        pass(Duration.ofSeconds(30));
        Map<String, Reading> readings = new HashMap<>();
        for (GatewayChannel channel : channels) {
            Reading reading = new Reading();
            readings.put(channel.id(), reading);
            runtime.channels().refilled(channel.id()).subscribe(reading.refilled::add);
            runtime.channels().deliveries(channel.id()).subscribe(reading.plain::add);
        }
        Set<Integer> losses = new TreeSet<>();
        while (losses.size() < LOSSES) {
            losses.add(random.nextInt(MESSAGES));
        }

        for (int i = 0; i < MESSAGES; i++) {
            if (losses.contains(i)) {
                lose(random);
            }
            GatewayChannel channel = channels.get(random.nextInt(CHANNELS));
            Reading reading = readings.get(channel.id());
            String text = "m" + i;
            reading.sent.add(text);
            reading.sentAt.put(text, Instant.ofEpochMilli(time.now(TimeUnit.MILLISECONDS)));
            gateway.post(bob, channel, text);
            if (random.nextInt(3) == 0) { // otherwise in the same millisecond
                pass(Duration.ofMillis(random.nextInt(300)));
            }
        }
        pass(Duration.ofMinutes(5));

        assertThat(runtime.currentState().name()).isEqualTo("connected");
        readings.values().forEach(RandomLossesTest::check);
    }

    private void lose(Random random) {
        switch (random.nextInt(4)) {
            case 0 ->
                gateway.restart(Shutdown.CLEAN, Duration.ofMillis(random.nextInt(5_000)))
                        .subscribe();
            case 1 ->
                gateway.restart(Shutdown.KILLED, Duration.ofMillis(random.nextInt(5_000)))
                        .subscribe();
            case 2 -> gateway.faults().freezeSockets();
            default -> gateway.faults().dropAllSockets();
        }
    }

    private static void check(Reading reading) {
        List<String> refilled = new ArrayList<>();
        for (Delivery<ChannelMessage> delivery : reading.refilled) {
            refilled.add(
                    delivery instanceof Delivery.Message<ChannelMessage> message
                            ? message.payload().content()
                            : delivery.toString());
        }
        assertThat(refilled.equals(reading.sent))
                .as(() -> "refilled: " + difference(refilled, reading.sent))
                .isTrue();

        Set<String> heard = new HashSet<>();
        List<Delivery.Gap<ChannelMessage>> gaps = new ArrayList<>();
        for (Delivery<ChannelMessage> delivery : reading.plain) {
            if (delivery instanceof Delivery.Message<ChannelMessage> message) {
                heard.add(message.payload().content());
            } else if (delivery instanceof Delivery.Gap<ChannelMessage> gap) {
                gaps.add(gap);
            }
        }
        for (String text : reading.sent) {
            Instant at = reading.sentAt.get(text);
            boolean inGap = gaps.stream().anyMatch(gap -> !at.isBefore(gap.from()) && !at.isAfter(gap.to()));
            boolean insideGap = gaps.stream().anyMatch(gap -> at.isAfter(gap.from()) && at.isBefore(gap.to()));
            assertThat(heard.contains(text) || inGap)
                    .as("%s is heard or in a gap", text)
                    .isTrue();
            assertThat(heard.contains(text) && insideGap)
                    .as("%s is heard and in a gap", text)
                    .isFalse();
        }
    }

    private static String difference(List<String> got, List<String> sent) {
        int i = 0;
        while (i < got.size() && i < sent.size() && got.get(i).equals(sent.get(i))) {
            i++;
        }
        return got.size() + " instead of " + sent.size() + ", from " + i + " on: "
                + got.subList(i, Math.min(i + 5, got.size())) + " instead of "
                + sent.subList(i, Math.min(i + 5, sent.size()));
    }
}
