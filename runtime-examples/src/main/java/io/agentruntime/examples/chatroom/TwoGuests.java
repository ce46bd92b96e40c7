package io.agentruntime.examples.chatroom;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.examples.quickstart.Screen;
import io.agentruntime.phoenix.ChannelCrashedException;
import io.agentruntime.phoenix.testkit.EmbeddedPhoenixServer;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Two clients in a room of an embedded server, whose channels crash, and which is restarted. Every step checks what it
 * claims, so that the story comes to its end only when all of it is true.
 */
final class TwoGuests {

    private static final String TOPIC = "room:lobby";
    private static final Duration DOWN_TIME = Duration.ofSeconds(1);
    private static final int LINES_EACH = 3;
    private static final int PICTURE_BYTES = 4096;

    private final Screen screen;

    TwoGuests(Screen screen) {
        this.screen = screen;
    }

    Mono<String> play() {
        return Mono.usingWhen(EmbeddedPhoenixServer.start(), this::play, EmbeddedPhoenixServer::close);
    }

    private Mono<String> play(EmbeddedPhoenixServer server) {
        server.channel("room:*", new Room());
        screen.title("An embedded Phoenix server at " + server.url() + ", and two clients");
        return Mono.usingWhen(Mono.fromSupplier(() -> new Story(server)), Story::tell, Story::close);
    }

    private static void check(boolean held, String claim) {
        if (!held) {
            throw new IllegalStateException("Not true: " + claim);
        }
    }

    /** One run of it. */
    private final class Story {

        private final EmbeddedPhoenixServer server;
        private final Guest alice;
        private final Guest bob;
        private final List<String> saidByAlice = new ArrayList<>();
        private final List<String> saidByBob = new ArrayList<>();

        Story(EmbeddedPhoenixServer server) {
            this.server = server;
            this.alice = guest("alice");
            this.bob = guest("bob");
        }

        private Guest guest(String name) {
            // Quicker than the defaults, which spare a server that many clients share.
            return new Guest(
                    name,
                    server.client()
                            .reconnect(
                                    r -> r.initialDelay(Duration.ofMillis(300)).maxDelay(Duration.ofSeconds(1)))
                            .build(),
                    TOPIC,
                    screen);
        }

        Mono<Void> close() {
            return Mono.when(alice.socket.close(), bob.socket.close());
        }

        Mono<String> tell() {
            return join().then(Mono.defer(() -> talk("at first")))
                    .then(Mono.defer(this::showPicture))
                    .then(Mono.defer(this::crash))
                    .then(Mono.defer(() -> talk("after the crash")))
                    .then(Mono.defer(this::restart))
                    .then(Mono.defer(() -> talk("after the restart")))
                    .then(Mono.defer(this::leave))
                    .then(Mono.defer(this::conclude));
        }

        private Mono<Void> join() {
            return alice.socket
                    .connect()
                    .then(alice.room.join())
                    .then(bob.socket.connect())
                    .then(bob.room.join())
                    .then(bothAreBack(1));
        }

        /** Each has joined so many times, and sees both in the room on that visit. */
        private Mono<Void> bothAreBack(int visit) {
            Map<String, Integer> both = Map.of("alice", visit, "bob", visit);
            return Mono.when(alice.join(visit), bob.join(visit), alice.sees(both), bob.sees(both));
        }

        /** Each says some lines; then each has heard all that the other has said so far, in order, and nothing else. */
        private Mono<Void> talk(String when) {
            screen.title("Talking " + when);
            return say(alice, saidByAlice, when).then(say(bob, saidByBob, when)).then(Mono.defer(this::hear));
        }

        private Mono<Void> say(Guest guest, List<String> said, String when) {
            List<String> lines = IntStream.rangeClosed(1, LINES_EACH)
                    .mapToObj(number -> "line " + number + " of " + guest.name + "'s, " + when)
                    .toList();
            said.addAll(lines);
            return Flux.fromIterable(lines).concatMap(guest::say).then();
        }

        private Mono<Void> hear() {
            return Mono.zip(alice.heard(saidByBob.size()), bob.heard(saidByAlice.size()))
                    .doOnNext(heard -> {
                        check(heard.getT1().equals(saidByBob), "alice has heard each line of bob's, in order");
                        check(heard.getT2().equals(saidByAlice), "bob has heard each line of alice's, in order");
                    })
                    .then();
        }

        private Mono<Void> showPicture() {
            screen.title("Binary data");
            byte[] picture = new byte[PICTURE_BYTES];
            new Random(7).nextBytes(picture);
            return alice.show(picture)
                    .then(bob.shown())
                    .doOnNext(shown -> check(Arrays.equals(shown, picture), "bob has got every byte as it was sent"))
                    .then();
        }

        /** A push that waits for its reply fails; the channels come back by themselves. */
        private Mono<Void> crash() {
            screen.title("The channels crash");
            Mono<Throwable> pondering = alice.room
                    .push(Room.PONDER)
                    .map(reply -> (Throwable) new IllegalStateException("alice's question was answered"))
                    .onErrorResume(Mono::just)
                    .doOnSubscribe(asked -> screen.line("alice", "asks something that takes long"))
                    .cache();
            pondering.subscribe();
            return server.messageStream()
                    .filter(message -> message.event().equals(Room.PONDER))
                    .next()
                    .timeout(Guest.PATIENCE)
                    .doOnNext(asked -> server.faults().crashChannels(TOPIC))
                    .then(pondering)
                    .doOnNext(error -> {
                        check(error instanceof ChannelCrashedException, "alice is told of the crash, not of " + error);
                        screen.line("alice", "will get no answer: " + error.getMessage());
                    })
                    .then(bothAreBack(2))
                    .then(Mono.when(alice.gaps(1), bob.gaps(1)));
        }

        /**
         * What bob pushes while the server is away waits, and is answered when it is back. (A line for alice could come before
         * she has joined again: then she is told of a gap, as everybody else.)
         */
        private Mono<Void> restart() {
            screen.title("The server goes down for " + DOWN_TIME.toMillis() + " ms");
            Mono<Void> absence = Mono.delay(DOWN_TIME)
                    .then(server.startAgain())
                    .doOnSuccess(up -> screen.line("server", "is up again, at the same address"));
            return server.stop(Shutdown.CLEAN)
                    .then(Mono.when(absence, bob.out(2).then(bob.knock())))
                    .then(Mono.when(alice.session(2), bob.session(2), bothAreBack(3)))
                    .then(Mono.when(alice.gaps(2), bob.gaps(2)));
        }

        private Mono<Void> leave() {
            screen.title("Leaving");
            return bob.room
                    .leave()
                    .then(alice.sees(Map.of("alice", 3)))
                    .doOnNext(left -> check(server.channels(TOPIC).size() == 1, "the server has alice's channel only"))
                    .then(alice.room.leave())
                    .then(close());
        }

        private Mono<String> conclude() {
            return Mono.zip(alice.history(), bob.history()).map(seen -> {
                checkStates("alice", seen.getT1());
                checkStates("bob", seen.getT2());
                check(server.sockets() == 0, "no socket is left on the server");
                return "two clients were in a room together, heard all " + saidByAlice.size() + " and "
                        + saidByBob.size() + " lines in order, passed " + PICTURE_BYTES
                        + " bytes, were back by themselves after a crash of the channels and a restart of the server, were told of both"
                        + " gaps, and left nothing behind";
            });
        }

        private void checkStates(String name, List<ConnectionState> states) {
            check(states.stream().filter(Connected.class::isInstance).count() == 2, name + " was connected twice");
            check(states.get(states.size() - 1) instanceof Disconnected, name + " is disconnected in the end");
        }
    }
}
