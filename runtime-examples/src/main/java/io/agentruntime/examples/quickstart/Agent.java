package io.agentruntime.examples.quickstart;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.nookplot.ChannelMessage;
import io.agentruntime.nookplot.InboxMessage;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.Delivery.Gap;
import io.agentruntime.stream.Delivery.Message;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A runtime under somebody's name. What it hears is printed as it comes, and kept, so that a step of the story can wait for
 * something that may have happened already.
 */
final class Agent {

    /** The longest wait for anything in the story. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    final String name;
    final NookplotRuntime runtime;

    private final Flux<ConnectionState> states;
    private final Flux<Delivery<ChannelMessage>> deliveries;
    private final Flux<InboxMessage> letters;
    private final Screen screen;

    Agent(String name, NookplotRuntime runtime, Screen screen) {
        this.name = name;
        this.runtime = runtime;
        this.screen = screen;
        this.states = kept(runtime.state().doOnNext(state -> screen.state(name, state)));
        this.deliveries = kept(
                runtime.channels().deliveries().doOnNext(delivery -> screen.line(name, "hears " + describe(delivery))));
        this.letters = kept(runtime.inbox()
                .messages()
                .doOnNext(letter -> screen.line(
                        name,
                        "gets a direct message of " + letter.content().length() + " characters: "
                                + Screen.quoted(letter.content()))));
    }

    /** Runs from now on, whoever looks at it; the story is short, so everything is kept. */
    private static <T> Flux<T> kept(Flux<T> stream) {
        return stream.replay().autoConnect(0);
    }

    private static String describe(Delivery<ChannelMessage> delivery) {
        if (delivery instanceof Message<ChannelMessage> message) {
            ChannelMessage said = message.payload();
            return (said.fromName() == null ? said.from() : said.fromName()) + " in #" + said.channelSlug() + ": "
                    + Screen.quoted(said.content());
        }
        Gap<ChannelMessage> gap = (Gap<ChannelMessage>) delivery;
        return "a gap: messages from " + toMillis(gap.from()) + " to " + toMillis(gap.to()) + " may be missing";
    }

    private static Instant toMillis(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS);
    }

    /** The session number {@code count}, as soon as it is open. */
    Mono<Connected> session(int count) {
        return waited(states.ofType(Connected.class).skip(count - 1).next(), "be connected");
    }

    /** The states from the beginning to the end, when the runtime is closed. */
    Mono<List<ConnectionState>> history() {
        return waited(states.collectList(), "see its states complete");
    }

    /** The first {@code count} messages, as soon as they are here. */
    Mono<List<String>> heard(int count) {
        return waited(
                deliveries
                        .ofType(Message.class)
                        .map(message -> ((ChannelMessage) message.payload()).content())
                        .take(count)
                        .collectList(),
                "hear " + count + " messages");
    }

    /**
     * The texts of a channel from now on, without holes: what is said while the gateway is away is fetched from the channel's
     * history.
     */
    Flux<String> refilled(String channelId) {
        return kept(runtime.channels().refilled(channelId).map(delivery -> {
            if (delivery instanceof Message<ChannelMessage> message) {
                return message.payload().content();
            }
            throw new IllegalStateException(name + " has a gap that was not refilled: " + delivery);
        }));
    }

    /** The first {@code count} texts, as soon as they are here. */
    Mono<List<String>> first(int count, Flux<String> texts) {
        return waited(texts.take(count).collectList(), "have " + count + " messages without a hole")
                .doOnNext(all -> screen.line(name, "has all " + count + " messages, in order"));
    }

    /** The first gap, as soon as it is here. */
    Mono<Gap<ChannelMessage>> gap() {
        return waited(
                deliveries
                        .filter(delivery -> delivery instanceof Gap)
                        .map(delivery -> (Gap<ChannelMessage>) delivery)
                        .next(),
                "be told of the gap");
    }

    /** The first direct message, as soon as it is here. */
    Mono<InboxMessage> letter() {
        return waited(letters.next(), "get the direct message");
    }

    private <T> Mono<T> waited(Mono<T> event, String what) {
        IllegalStateException late = new IllegalStateException(name + " did not " + what + " within " + PATIENCE);
        return event.timeout(PATIENCE, Mono.error(late)).switchIfEmpty(Mono.error(late));
    }
}
