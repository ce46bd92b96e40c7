package io.agentruntime.examples.service;

import io.agentruntime.nookplot.ChannelMessage;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.nookplot.SentMessage;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.Delivery.Message;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The fleet and its agents over HTTP. */
@RestController
@RequestMapping("/api")
final class FleetController {

    private static final Pattern AGENT_ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
    private static final Duration LONGEST_WORK = Duration.ofSeconds(5);

    /** A viewer who cannot keep up misses the oldest. It is served by a thread that never blocks. */
    private static final StreamOptions VIEWER =
            StreamOptions.of(OverflowPolicy.DROP_OLDEST).withDeliverOn(Schedulers.parallel());

    private final Fleet fleet;
    private final AgentHome home;
    private final FleetView view;
    private final LiveFeed feed;

    FleetController(Fleet fleet, AgentHome home, FleetView view, LiveFeed feed) {
        this.fleet = fleet;
        this.home = home;
        this.view = view;
        this.feed = feed;
    }

    /** Everything as it stands. */
    @GetMapping("/fleet")
    FleetSnapshot fleet() {
        return view.look();
    }

    /** Everything as it stands several times a second, and what happens, as it happens. */
    @GetMapping(path = "/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<Object>> live(@RequestHeader(name = "Last-Event-ID", required = false) @Nullable String last) {
        return feed.watch(last);
    }

    /** Starts an agent; nothing happens when it runs. */
    @PutMapping("/agents/{id}")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Mono<Void> start(@PathVariable String id) {
        if (!AGENT_ID.matcher(id).matches()) {
            throw new IllegalArgumentException("An agent's id is lower case letters, digits and hyphens, 32 at most");
        }
        return fleet.start(id);
    }

    /** Stops an agent; nothing happens when it does not run. Answers when its connection is closed. */
    @DeleteMapping("/agents/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    Mono<Void> stop(@PathVariable String id) {
        return fleet.stop(id);
    }

    /** @param text what is to be said */
    record Saying(@Nullable String text) {}

    /** Says something in the fleet's channel, as an agent. */
    @PostMapping("/agents/{id}/messages")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<SentMessage> say(@PathVariable String id, @RequestBody Saying saying) {
        String text = saying.text();
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException("text must say something");
        }
        String channel = home.channelId().orElseThrow(() -> new IllegalStateException("The fleet has no channel"));
        return fleet.runtime(id).flatMap(runtime -> runtime.channels().send(channel, text));
    }

    /** What an agent hears from now on: events named {@code message} and {@code gap}. */
    @GetMapping(path = "/agents/{id}/messages", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<Object>> messages(@PathVariable String id) {
        return fleet.runtime(id).flatMapMany(this::hears);
    }

    private Flux<ServerSentEvent<Object>> hears(NookplotRuntime runtime) {
        return KeepAlive.beside(
                runtime.channels().deliveries(VIEWER).map(FleetController::written), Schedulers.parallel());
    }

    private static ServerSentEvent<Object> written(Delivery<ChannelMessage> delivery) {
        return delivery instanceof Message<ChannelMessage> message
                ? ServerSentEvent.<Object>builder(message.payload())
                        .event("message")
                        .id(message.payload().messageId())
                        .build()
                : ServerSentEvent.<Object>builder(delivery).event("gap").build();
    }

    /** @param millis how long each agent is to work on a message */
    record Work(long millis) {}

    /** Makes the agents quicker or slower. */
    @PutMapping("/work")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    Mono<Void> work(@RequestBody Work work) {
        if (work.millis() < 0 || work.millis() > LONGEST_WORK.toMillis()) {
            throw new IllegalArgumentException("millis must be 0 to " + LONGEST_WORK.toMillis());
        }
        return Mono.fromRunnable(() -> fleet.work(Duration.ofMillis(work.millis())));
    }
}
