package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.GatewayChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * What the existing TypeScript client gets wrong beside connecting; see {@link OtherClientsFaultsConnectingLoopbackTest}.
 */
class OtherClientsFaultsInUseLoopbackTest extends LoopbackScenario {

    private static final String STATUS = "GET /v1/runtime/status";
    private static final String CHANNELS = "GET /v1/channels";

    // ---- 7: 8 of 20 clients retry before Retry-After; a date in it becomes NaN, and 5 requests follow in 81 ms

    /** The sockets are real, the time is virtual: up to the last millisecond before the bound nobody may ask again. */
    @ParameterizedTest(name = "as a date: {0}")
    @ValueSource(booleans = {false, true})
    void nobodyOfTwentyRetriesBeforeRetryAfter(boolean asDate) {
        int clients = 20;
        Duration bound = Duration.ofSeconds(60);
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        List<NookplotRuntime> runtimes = IntStream.range(0, clients)
                .mapToObj(i -> runtime(options -> options.timer(time)))
                .toList();
        if (asDate) {
            gateway.faults().rateLimitUntil(STATUS, clients, Instant.EPOCH.plus(bound));
        } else {
            gateway.faults().rateLimit(STATUS, clients, bound);
        }
        gateway.faults().stallHttp(STATUS, true);
        AtomicInteger answers = new AtomicInteger();
        runtimes.forEach(runtime -> runtime.getStatus().subscribe(status -> answers.incrementAndGet()));
        eventually("all have asked", () -> gateway.requests(STATUS).size() == clients);
        long timers = time.getScheduledTaskCount();
        gateway.faults().stallHttp(STATUS, false);
        eventually("all wait", () -> time.getScheduledTaskCount() == timers + clients);

        time.advanceTimeBy(bound.minusMillis(1));
        runtimes.get(0).getPresence().block(LIMIT);
        assertThat(gateway.requests(STATUS)).hasSize(clients);

        time.advanceTimeBy(bound.dividedBy(5).plusMillis(2)); // jitter goes upwards only, by 20 % at the most
        eventually("all are answered", () -> answers.get() == clients);
        assertThat(gateway.requests(STATUS)).hasSize(2 * clients);
    }

    // ---- 8: only the newest 50 channels are looked at: 46 of 74 memberships were joined

    /** Every fifth of 370 channels is a membership; 50 of them find a slot, and of the others an event tells. */
    @Test
    void membershipsAreFoundBeyondTheFirstPage() {
        int memberships = 74;
        List<String> mine = new ArrayList<>();
        for (int i = 0; i < 5 * memberships; i++) {
            GatewayChannel channel = gateway.channel("channel-" + i, bob);
            if (i % 5 == 0) {
                gateway.addMember(channel, alice);
                mine.add(channel.id());
            }
        }
        NookplotRuntime runtime = runtime();
        Set<String> reported = ConcurrentHashMap.newKeySet();
        runtime.events()
                .type(GatewayEvent.CHANNEL_ERROR, ChannelNotice.class)
                .subscribe(notice -> reported.add(notice.channelId()));

        runtime.connect().block(LIMIT);

        eventually("each is subscribed or reported", () -> {
            Set<String> found = new HashSet<>(reported);
            return found.addAll(gateway.subscriptions(alice))
                    && found.size() == memberships
                    && reported.size() == memberships - Subscriptions.SLOTS;
        });
        assertThat(gateway.subscriptions(alice)).doesNotContainAnyElementsOf(reported);
        assertThat(mine).containsAll(reported).containsAll(gateway.subscriptions(alice));
    }

    // ---- 10: when GET /v1/channels fails it says "connected", with no subscription and no error

    @Test
    void failedDiscoveryIsAnEventAndAnError() {
        gateway.faults().failHttp(CHANNELS, 500, 1);
        NookplotRuntime runtime = runtime();
        AtomicReference<Throwable> error = new AtomicReference<>();
        runtime.errors().subscribe(error::set);

        StepVerifier.create(runtime.events().type(GatewayEvent.DISCOVERY_FAILED))
                .then(() -> runtime.connect().block(LIMIT))
                .assertNext(event -> assertThat(event.data().text()).contains("500"))
                .thenCancel()
                .verify(LIMIT);

        eventually("the error is reported", () -> error.get() != null);
        assertThat(error.get()).isInstanceOf(HttpStatusException.ServerError.class);
    }

    // ---- 15: getPresence() is typed as an array and returns an object

    @ParameterizedTest(name = "as an array: {0}")
    @ValueSource(booleans = {false, true})
    void presenceIsAListWhateverTheShapeOfTheAnswer(boolean array) {
        NookplotRuntime runtime = connected();
        if (array) {
            gateway.faults()
                    .malformedHttp(
                            "GET /v1/runtime/presence",
                            1,
                            "[{\"agentId\":\"" + alice.id() + "\",\"address\":\"" + alice.address() + "\"}]");
        }

        assertThat(runtime.getPresence().block(LIMIT))
                .singleElement()
                .satisfies(present -> assertThat(present.address()).isEqualTo(alice.address()));
    }

    // ---- 16: removing a channel handler removes none, or every channel's; a rejected asynchronous one ends the
    // process

    @Test
    void cancelledSubscriptionEndsAlone() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        GatewayChannel other = gateway.channel("other", alice, bob);
        NookplotRuntime runtime = listeningTo(lobby, other);
        List<String> cancelled = synchronizedList();
        List<String> sameChannel = synchronizedList();
        List<String> otherChannel = synchronizedList();
        Disposable handler = contents(runtime, lobby, cancelled);
        contents(runtime, lobby, sameChannel);
        contents(runtime, other, otherChannel);
        gateway.post(bob, lobby, "one");
        eventually("it is heard", () -> cancelled.size() == 1);

        handler.dispose();
        gateway.post(bob, lobby, "two");
        gateway.post(bob, other, "three");

        eventually("all is heard", () -> sameChannel.size() == 2 && otherChannel.size() == 1);
        assertThat(sameChannel).containsExactly("one", "two");
        assertThat(cancelled).containsExactly("one");
        assertThat(runtime.subscribers()).hasSize(2);
    }

    private NookplotRuntime listeningTo(GatewayChannel... channels) {
        NookplotRuntime runtime = connected(options -> options.autoSubscribe(false));
        for (GatewayChannel channel : channels) {
            runtime.channels().subscribe(channel.id()).block(LIMIT);
        }
        return runtime;
    }

    private static Disposable contents(NookplotRuntime runtime, GatewayChannel channel, List<String> heard) {
        return runtime.channels()
                .messages(channel.id())
                .map(ChannelMessage::content)
                .subscribe(heard::add);
    }

    private enum Failing {
        AT_ONCE,
        LATER,
        AGAINST_THE_RULES
    }

    /** Nobody handles the error, or it is thrown where a subscriber must not throw. */
    @ParameterizedTest
    @EnumSource
    void failingSubscriberEndsAlone(Failing how) {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        NookplotRuntime runtime = listeningTo(lobby);
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Flux<ChannelMessage> messages =
                runtime.channels().messages(lobby.id(), StreamOptions.defaults().withDeliverOn(Schedulers.immediate()));
        switch (how) {
            case AT_ONCE ->
                messages.map(message -> reject(message.content()))
                        .doOnError(failure::complete)
                        .subscribe();
            case LATER ->
                messages.delayElements(Duration.ofMillis(10))
                        .map(message -> reject(message.content()))
                        .doOnError(failure::complete)
                        .subscribe();
            case AGAINST_THE_RULES -> messages.subscribe(new Throwing(failure));
        }
        List<String> heard = synchronizedList();
        contents(runtime, lobby, heard);

        gateway.post(bob, lobby, "one");
        eventually("it has failed", failure::isDone);
        gateway.post(bob, lobby, "two");

        eventually("both are heard", () -> heard.size() == 2);
        assertThat(runtime.subscribers()).hasSize(1);
        assertThat(runtime.currentState()).isInstanceOf(Connected.class);
        assertThat(gateway.sessionsOpened(alice)).isEqualTo(1);
    }

    private static String reject(String content) {
        throw new IllegalStateException("a bug of the user's at " + content);
    }

    /** What no operator of Reactor does. */
    private record Throwing(CompletableFuture<Throwable> failure) implements CoreSubscriber<ChannelMessage> {

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ChannelMessage message) {
            reject(message.content());
        }

        @Override
        public void onError(Throwable error) {
            failure.complete(error);
        }

        @Override
        public void onComplete() {}
    }

    // ---- 17: errors carry neither status nor code; the close code is never exposed

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 402, 403, 404, 409, 418, 422, 500, 503})
    void refusedCallTellsItsStatusAndReason(int status) {
        gateway.faults().failHttp(STATUS, status, 1);

        StepVerifier.create(runtime().getStatus())
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(HttpStatusException.class, refused -> {
                            assertThat(refused.status()).isEqualTo(status);
                            assertThat(refused.error()).hasValue("Injected failure");
                            assertThat(refused.method() + " " + refused.path()).isEqualTo(STATUS);
                        }))
                .verify(LIMIT);
    }

    @Test
    void refusedUpgradeTellsItsStatus() {
        gateway.faults().refuseUpgrades(403, 1);

        StepVerifier.create(runtime().connect())
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                HandshakeException.class,
                                refused -> assertThat(refused.status()).isEqualTo(403)))
                .verify(LIMIT);
    }

    @Test
    void closedSocketTellsItsCodeAndReason() {
        NookplotRuntime runtime = connected();

        StepVerifier.create(runtime.state().ofType(Reconnecting.class).map(Reconnecting::cause))
                .then(() -> gateway.faults().closeAll(4321, "for a reason"))
                .assertNext(cause -> assertThat(cause).isInstanceOfSatisfying(ConnectionLostException.class, lost -> {
                    assertThat(lost.code()).isEqualTo(4321);
                    assertThat(lost.reason()).isEqualTo("for a reason");
                    assertThat(lost).isInstanceOf(RuntimeClientException.class).hasMessageContaining("4321");
                }))
                .thenCancel()
                .verify(LIMIT);
    }
}
