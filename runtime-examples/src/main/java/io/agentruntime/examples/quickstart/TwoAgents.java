package io.agentruntime.examples.quickstart;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.nookplot.AgentPresence;
import io.agentruntime.nookplot.Channel;
import io.agentruntime.nookplot.GatewayStatus;
import io.agentruntime.nookplot.InboxMessage;
import io.agentruntime.nookplot.NewChannel;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Two agents on an embedded gateway, which goes down under them and comes back. Every step checks what it claims, so that
 * the story comes to its end only when all of it is true.
 */
final class TwoAgents {

    private static final Duration DOWN_TIME = Duration.ofMillis(1_500);
    private static final int LINES_EACH = 3;

    /** Longer than the 200 characters that a gateway announces a direct message with. */
    private static final String LETTER =
            "Dear Bob, a gateway announces a letter with its first 200 characters only. This one is longer, so your "
                    + "runtime has looked into the inbox for the rest of it before it gave it to you, and has kept the "
                    + "order of whatever came behind. If you can read this last word, it has worked: nightingale.";

    private final Screen screen;

    TwoAgents(Screen screen) {
        this.screen = screen;
    }

    Mono<String> play() {
        return Mono.usingWhen(EmbeddedGateway.start(), this::play, EmbeddedGateway::close);
    }

    private Mono<String> play(EmbeddedGateway gateway) {
        screen.title("An embedded gateway at " + gateway.url() + ", and two agents");
        return Mono.usingWhen(
                Mono.fromSupplier(() -> new Story(gateway)),
                Story::tell,
                Story::close,
                (story, error) -> story.close(),
                Story::close);
    }

    private static void check(boolean held, String claim) {
        if (!held) {
            throw new IllegalStateException("Not true: " + claim);
        }
    }

    /** One run of it. */
    private final class Story {

        private final EmbeddedGateway gateway;
        private final GatewayAgent registeredAlice;
        private final GatewayAgent registeredBob;
        private final GatewayAgent carol;
        private final Agent alice;
        private final Agent bob;

        Story(EmbeddedGateway gateway) {
            this.gateway = gateway;
            this.registeredAlice = gateway.agent("alice");
            this.registeredBob = gateway.agent("bob");
            this.carol = gateway.agent("carol");
            this.alice = agent(registeredAlice, "alice");
            this.bob = agent(registeredBob, "bob");
        }

        private Agent agent(GatewayAgent registered, String name) {
            // Quicker than the defaults, which spare a gateway that many agents share.
            return new Agent(
                    name,
                    gateway.runtime(registered)
                            .reconnect(
                                    r -> r.initialDelay(Duration.ofMillis(300)).maxDelay(Duration.ofSeconds(1)))
                            .backgroundPause(Duration.ofMillis(100))
                            .build(),
                    screen);
        }

        Mono<Void> close() {
            return Mono.when(alice.runtime.close(), bob.runtime.close());
        }

        Mono<String> tell() {
            return connect()
                    .then(Mono.defer(this::openChannel))
                    .flatMap(channel -> {
                        Flux<String> withoutHoles = bob.refilled(channel.id());
                        return talk(channel, "before")
                                .then(Mono.defer(this::writeLetter))
                                .then(Mono.defer(this::lookAround))
                                .then(Mono.defer(this::restartGateway))
                                .then(Mono.defer(() -> reconnected(channel)))
                                .then(Mono.defer(() -> talk(channel, "after")))
                                .then(Mono.defer(() -> nothingMissed(withoutHoles)));
                    })
                    .then(Mono.defer(this::disconnect))
                    .then(Mono.defer(this::conclude));
        }

        private Mono<Void> connect() {
            return Mono.when(alice.runtime.connect(), bob.runtime.connect())
                    .then(Mono.when(alice.session(1), bob.session(1)));
        }

        private Mono<Channel> openChannel() {
            screen.title("A channel");
            return alice.runtime
                    .channels()
                    .create(NewChannel.of("lobby", "The lobby").asPublic(true))
                    .flatMap(
                            channel -> bob.runtime.channels().join(channel.id()).thenReturn(channel))
                    .doOnNext(
                            channel -> screen.line("alice", "has made #" + channel.slug() + ", and bob has joined it"));
        }

        /** Each says some lines; then each has heard all of the other's, in order, and nothing else. */
        private Mono<Void> talk(Channel channel, String when) {
            screen.title("Talking " + when + " the loss");
            int earlier = when.equals("before") ? 0 : LINES_EACH;
            return say(alice, channel, when)
                    .then(say(bob, channel, when))
                    .then(Mono.zip(alice.heard(earlier + LINES_EACH), bob.heard(earlier + LINES_EACH)))
                    .doOnNext(heard -> {
                        check(
                                last(heard.getT1()).equals(lines(bob.name, when)),
                                "alice has heard each line of bob's that was said " + when);
                        check(
                                last(heard.getT2()).equals(lines(alice.name, when)),
                                "bob has heard each line of alice's that was said " + when);
                    })
                    .then();
        }

        private List<String> last(List<String> heard) {
            return heard.subList(heard.size() - LINES_EACH, heard.size());
        }

        private List<String> lines(String speaker, String when) {
            return IntStream.rangeClosed(1, LINES_EACH)
                    .mapToObj(number -> "line " + number + " of " + speaker + "'s, " + when)
                    .toList();
        }

        private Mono<Void> say(Agent speaker, Channel channel, String when) {
            return Flux.fromIterable(lines(speaker.name, when))
                    .doOnNext(line ->
                            screen.line(speaker.name, "says in #" + channel.slug() + ": " + Screen.quoted(line)))
                    .concatMap(line -> speaker.runtime.channels().send(channel.id(), line))
                    .then();
        }

        private Mono<Void> writeLetter() {
            screen.title("A direct message of " + LETTER.length() + " characters");
            return alice.runtime
                    .inbox()
                    .send("bob", LETTER)
                    .doOnNext(sent -> screen.line("alice", "has written to bob"))
                    .then(bob.letter())
                    .doOnNext(this::checkLetter)
                    .then();
        }

        private void checkLetter(InboxMessage letter) {
            check(letter.content().equals(LETTER) && !letter.truncated(), "bob has got the whole text");
        }

        private Mono<Void> lookAround() {
            screen.title("Presence and status");
            return Mono.zip(alice.runtime.getPresence(), bob.runtime.getStatus())
                    .doOnNext(seen -> {
                        checkPresence(seen.getT1());
                        checkStatus(seen.getT2());
                    })
                    .then();
        }

        private void checkPresence(List<AgentPresence> present) {
            List<String> names = present.stream()
                    .map(agent -> String.valueOf(agent.displayName()))
                    .sorted()
                    .toList();
            screen.line("alice", "sees online: " + names);
            check(names.equals(List.of("alice", "bob")), "alice and bob are online, and nobody else");
        }

        private void checkStatus(GatewayStatus status) {
            screen.line(
                    "bob",
                    "is " + status.status() + ", connected since "
                            + (status.session() == null
                                    ? "never"
                                    : status.session().connectedAt()));
            check(status.session() != null, "the gateway knows of bob's session");
        }

        private Mono<Void> restartGateway() {
            screen.title("The gateway goes down for " + DOWN_TIME.toMillis() + " ms");
            return gateway.stop(Shutdown.CLEAN)
                    .then(Mono.fromRunnable(this::postMeanwhile))
                    .then(Mono.delay(DOWN_TIME))
                    .then(gateway.startAgain())
                    .then(Mono.fromRunnable(() -> screen.line("gateway", "is up again, at the same address")));
        }

        /** What a third agent says lands in the channel's history, and reaches nobody. */
        private void postMeanwhile() {
            GatewayChannel lobby = gateway.channel("lobby", carol);
            for (String line : lines("carol", "meanwhile")) {
                screen.line("carol", "says in #lobby, which nobody can hear: " + Screen.quoted(line));
                gateway.post(carol, lobby, line);
            }
        }

        /** Bob's refilled stream has everything, as if the gateway had never been away. */
        private Mono<Void> nothingMissed(Flux<String> withoutHoles) {
            screen.title("What bob has in the end");
            List<String> all = new ArrayList<>(lines("alice", "before"));
            all.addAll(lines("carol", "meanwhile"));
            all.addAll(lines("alice", "after"));
            return bob.first(all.size(), withoutHoles)
                    .doOnNext(got -> {
                        got.forEach(line -> screen.line("bob", "  " + line));
                        check(got.equals(all), "bob has every message of the others, in order, each once");
                    })
                    .then();
        }

        private Mono<Void> reconnected(Channel channel) {
            return Mono.when(alice.session(2), bob.session(2), alice.gap(), bob.gap())
                    .then(Mono.fromRunnable(() -> {
                        checkSession(registeredAlice, channel);
                        checkSession(registeredBob, channel);
                    }));
        }

        private void checkSession(GatewayAgent agent, Channel channel) {
            String name = agent.displayName().orElseThrow();
            check(gateway.sockets(agent) == 1 && gateway.session(agent).isPresent(), name + " has exactly one session");
            check(gateway.sessionsOpened(agent) == 2, name + " has opened one session before and one after");
            check(gateway.subscriptions(agent).contains(channel.id()), name + " is subscribed again");
            screen.line("gateway", "has one session of " + name + "'s, subscribed to #" + channel.slug());
        }

        private Mono<Void> disconnect() {
            screen.title("Disconnecting");
            return Mono.when(alice.runtime.disconnect(), bob.runtime.disconnect())
                    .then(close());
        }

        private Mono<String> conclude() {
            return Mono.zip(alice.history(), bob.history(), alice.gap(), bob.gap())
                    .map(seen -> {
                        checkStates("alice", seen.getT1());
                        checkStates("bob", seen.getT2());
                        checkGone(registeredAlice);
                        checkGone(registeredBob);
                        return "two agents talked, lost their gateway for " + DOWN_TIME.toMillis()
                                + " ms, reconnected (alice at attempt " + attempts(seen.getT1()) + ", bob at attempt "
                                + attempts(seen.getT2()) + "), were told of the gap, got the " + LINES_EACH
                                + " messages that were sent meanwhile in order from the history, heard all "
                                + 2 * LINES_EACH + " sent after it, and left nothing behind";
                    });
        }

        private void checkStates(String name, List<ConnectionState> states) {
            check(states.stream().filter(Connected.class::isInstance).count() == 2, name + " was connected twice");
            check(attempts(states) > 0, name + " has reconnected");
            check(states.get(states.size() - 1) instanceof Disconnected, name + " is disconnected in the end");
        }

        private long attempts(List<ConnectionState> states) {
            return states.stream().filter(Reconnecting.class::isInstance).count();
        }

        private void checkGone(GatewayAgent agent) {
            check(
                    gateway.sockets(agent) == 0 && gateway.session(agent).isEmpty(),
                    agent.displayName().orElseThrow() + " has left no socket and no session behind");
        }
    }
}
