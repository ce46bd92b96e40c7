package io.agentruntime.examples.bench.fleet;

import io.agentruntime.examples.bench.Parent;
import io.agentruntime.examples.bench.Report;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** The embedded gateway of the fleet, in a process of its own. Somebody in each channel talks: the numbers from 1 on. */
final class FleetGateway {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration BETWEEN_MESSAGES = Duration.ofSeconds(1);

    private final EmbeddedGateway gateway = Objects.requireNonNull(
            EmbeddedGateway.builder().neverReap().recordLimit(0).start().block(LIMIT));
    private final GatewayAgent speaker = gateway.namelessAgent();
    private final List<GatewayChannel> channels = new ArrayList<>();
    private final AtomicInteger posted = new AtomicInteger();

    private FleetGateway() {}

    /** Arguments: how many agents, how many of them to a channel. */
    public static void main(String[] args) {
        FleetGateway fleet = new FleetGateway();
        fleet.populate(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        Parent.obey(fleet::obey);
    }

    private void populate(int agents, int agentsToAChannel) {
        for (int i = 0; i < agents; i++) {
            if (i % agentsToAChannel == 0) {
                channels.add(gateway.channel("channel-" + channels.size(), speaker));
            }
            GatewayChannel channel = channels.get(channels.size() - 1);
            GatewayAgent agent = gateway.namelessAgent();
            gateway.addMember(channel, agent);
            Report.of("agent")
                    .with("key", agent.apiKey())
                    .with("channel", channel.id())
                    .send();
        }
        Report.of("listening").with("url", gateway.url()).send();
    }

    private void obey(String command) {
        switch (command) {
            case "post" -> post();
            case "restart" -> restart();
            default -> throw new IllegalArgumentException("Unknown command: " + command);
        }
        Report.of("posted").with("count", posted.get()).send();
    }

    /** One message to each channel. */
    private void post() {
        String text = String.valueOf(posted.incrementAndGet());
        channels.forEach(channel -> gateway.post(speaker, channel, text));
    }

    /** Messages go on before, while it is down, and afterwards. */
    private void restart() {
        Disposable talk = Flux.interval(Duration.ZERO, BETWEEN_MESSAGES, Schedulers.single())
                .onBackpressureDrop()
                .subscribe(tick -> post());
        pause(Duration.ofMillis(2500));
        Report.of("down").send();
        gateway.stop(Shutdown.KILLED).block(LIMIT);
        pause(Duration.ofSeconds(2));
        gateway.startAgain().block(LIMIT);
        Report.of("up").send();
        pause(Duration.ofMillis(3500));
        talk.dispose();
        // Behind whatever is being posted.
        Flux.empty().subscribeOn(Schedulers.single()).blockLast(LIMIT);
    }

    private static void pause(Duration length) {
        try {
            Thread.sleep(length.toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
