package io.agentruntime.examples.chatroom;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.examples.quickstart.Screen;
import io.agentruntime.phoenix.ChannelState;
import io.agentruntime.phoenix.ChannelState.Errored;
import io.agentruntime.phoenix.ChannelState.Joined;
import io.agentruntime.phoenix.PhoenixChannel;
import io.agentruntime.phoenix.PhoenixMessage;
import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.phoenix.PresenceEntry;
import io.agentruntime.phoenix.Reply;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.Delivery.Gap;
import io.agentruntime.stream.Delivery.Message;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A client under somebody's name. What it sees is printed as it comes, and kept, so that a step of the story can wait for
 * something that may have happened already.
 */
final class Guest {

    /** The longest wait for anything in the story. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    final String name;
    final PhoenixSocket socket;
    final PhoenixChannel room;

    private final Screen screen;
    private final Flux<ConnectionState> connection;
    private final Flux<ChannelState> states;
    private final Flux<Map<String, Integer>> presence;
    private final Flux<Delivery<PhoenixMessage>> deliveries;

    private record Said(String name, String text) {}

    private record Here(int visit) {}

    Guest(String name, PhoenixSocket socket, String topic, Screen screen) {
        this.name = name;
        this.socket = socket;
        this.room = socket.channel(topic, Map.of("name", name));
        this.screen = screen;
        this.connection = kept(socket.state().doOnNext(state -> screen.state(name, state)));
        this.states = kept(room.state().doOnNext(state -> screen.line(name, describe(state))));
        this.presence = kept(room.presence(Here.class)
                .state()
                .map(Guest::visits)
                .doOnNext(visits -> screen.line(name, "sees in the room, with their visits: " + visits)));
        this.deliveries = kept(room.deliveries()
                .filter(Guest::isNoPresence)
                .doOnNext(delivery -> screen.line(name, describe(delivery))));
    }

    /** Runs from now on, whoever looks at it; the story is short, so everything is kept. */
    private static <T> Flux<T> kept(Flux<T> stream) {
        return stream.replay().autoConnect(0);
    }

    private static Map<String, Integer> visits(Map<String, PresenceEntry<Here>> present) {
        Map<String, Integer> visits = new TreeMap<>();
        present.forEach(
                (who, entry) -> visits.put(who, entry.metas().get(0).value().visit()));
        return visits;
    }

    private static boolean isNoPresence(Delivery<PhoenixMessage> delivery) {
        return !(delivery instanceof Message<PhoenixMessage> message)
                || !message.payload().event().startsWith("presence_");
    }

    private static String describe(ChannelState state) {
        return state instanceof Errored errored
                ? "is out of the room, attempt " + errored.attempt() + " in "
                        + errored.delay().toMillis() + " ms: " + errored.cause().getMessage()
                : "is " + state.name();
    }

    private static String describe(Delivery<PhoenixMessage> delivery) {
        if (!(delivery instanceof Message<PhoenixMessage> message)) {
            return "is told of a gap: messages may be missing";
        }
        PhoenixMessage heard = message.payload();
        if (heard.payload().isBinary()) {
            return "is shown " + heard.payload().bytes().remaining() + " bytes";
        }
        Said said = heard.payload().as(Said.class);
        return "hears " + said.name() + ": " + Screen.quoted(said.text());
    }

    // What it does

    /** Says something, and waits for the server's {@code ok}. */
    Mono<Reply> say(String text) {
        return Mono.defer(() -> {
            screen.line(name, "says: " + Screen.quoted(text));
            return accepted(room.push("say", Map.of("text", text)), "say");
        });
    }

    /** Shows bytes, and waits for the server's {@code ok}. */
    Mono<Reply> show(byte[] picture) {
        return Mono.defer(() -> {
            screen.line(name, "shows " + picture.length + " bytes");
            return accepted(room.push("show", picture), "show");
        });
    }

    /** Knocks, and waits for the server's {@code ok}. */
    Mono<Reply> knock() {
        return Mono.defer(() -> {
            screen.line(name, "knocks at the door of a server that is away");
            return accepted(room.push(Room.KNOCK), "knock");
        });
    }

    private Mono<Reply> accepted(Mono<Reply> reply, String what) {
        return reply.filter(Reply::isOk)
                .switchIfEmpty(Mono.error(new IllegalStateException(name + " was not allowed to " + what)));
    }

    // What it has seen, as soon as it has

    /** The session number {@code count}. */
    Mono<Connected> session(int count) {
        return waited(connection.ofType(Connected.class).skip(count - 1L).next(), "be connected");
    }

    /** Out of the room, for the time number {@code count}. */
    Mono<Errored> out(int count) {
        return waited(states.ofType(Errored.class).skip(count - 1L).next(), "be out of the room");
    }

    /** The join number {@code count}. */
    Mono<Joined> join(int count) {
        return waited(states.ofType(Joined.class).skip(count - 1L).next(), "join for the time number " + count);
    }

    /** Exactly these are in the room, each on that visit. */
    Mono<Map<String, Integer>> sees(Map<String, Integer> visits) {
        return waited(presence.filter(visits::equals).next(), "see " + visits);
    }

    /** The first texts of the others. */
    Mono<List<String>> heard(int count) {
        return waited(
                messages(message -> message.event().equals("said"))
                        .map(message -> message.payload().as(Said.class).text())
                        .take(count)
                        .collectList(),
                "hear " + count + " lines");
    }

    /** The first bytes that it was shown. */
    Mono<byte[]> shown() {
        return waited(
                messages(message -> message.payload().isBinary())
                        .map(message -> message.payload().as(byte[].class))
                        .next(),
                "be shown anything");
    }

    /** So many gaps. */
    Mono<List<Delivery<PhoenixMessage>>> gaps(int count) {
        return waited(
                deliveries
                        .filter(delivery -> delivery instanceof Gap)
                        .take(count)
                        .collectList(),
                "be told of " + count + " gaps");
    }

    /** The states of the connection from the beginning to the end, when the socket is closed. */
    Mono<List<ConnectionState>> history() {
        return waited(connection.collectList(), "see its states complete");
    }

    private Flux<PhoenixMessage> messages(Predicate<PhoenixMessage> wanted) {
        return deliveries.<PhoenixMessage>handle((delivery, sink) -> {
            if (delivery instanceof Message<PhoenixMessage> message && wanted.test(message.payload())) {
                sink.next(message.payload());
            }
        });
    }

    private <T> Mono<T> waited(Mono<T> event, String what) {
        IllegalStateException late = new IllegalStateException(name + " did not " + what + " within " + PATIENCE);
        return event.timeout(PATIENCE, Mono.error(late)).switchIfEmpty(Mono.error(late));
    }
}
