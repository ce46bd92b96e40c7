package io.agentruntime.codebolt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.json.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Delivering replies: in order, side by side, again and again, in virtual time. */
class ReplyRouterTest extends PluginScenario {

    private final List<String> delivered = new ArrayList<>();

    private static GatewayReply reply(String conversation, String text) {
        return new GatewayReply(
                text,
                new ReplyAddress("channel-1", conversation, null),
                null,
                List.of(),
                null,
                null,
                null,
                JsonCodec.create().payload("reply", "{}".getBytes(StandardCharsets.UTF_8)));
    }

    private ReplyRouter.Builder router(Function<GatewayReply, Mono<Void>> deliver) {
        return ReplyRouter.builder(deliver).deliverOn(time).timer(time);
    }

    private Mono<Void> slowly(GatewayReply reply, Duration duration) {
        return Mono.delay(duration, time)
                .doOnNext(tick -> delivered.add(reply.text()))
                .then();
    }

    @Test
    void aConversationIsInOrderAndOneAtATimeWhileOthersGoOn() {
        Seen<ReplyOutcome> outcomes = watch(router(
                        reply -> slowly(reply, Duration.ofSeconds(reply.text().endsWith("1") ? 5 : 1)))
                .build()
                .route(Flux.just(reply("a", "a1"), reply("a", "a2"), reply("b", "b2"), reply("b", "b3"))));

        pass(Duration.ofSeconds(4));
        assertThat(delivered).containsExactly("b2", "b3");
        pass(Duration.ofSeconds(2));
        assertThat(delivered).containsExactly("b2", "b3", "a1", "a2");
        assertThat(outcomes.values).hasSize(4).allMatch(ReplyOutcome::delivered);
        assertThat(outcomes.completed).isTrue();
    }

    @Test
    void aFailedDeliveryIsTriedAgainWithBackoffBeforeTheNextOne() {
        List<Long> attempts = new ArrayList<>();
        AtomicInteger left = new AtomicInteger(3);
        ReplyRouter router = router(reply -> Mono.defer(() -> {
                    attempts.add(time.now(java.util.concurrent.TimeUnit.MILLISECONDS));
                    return left.getAndDecrement() > 0
                            ? Mono.error(new IllegalStateException("busy"))
                            : slowly(reply, Duration.ZERO);
                }))
                .build();

        Seen<ReplyOutcome> outcomes = watch(router.route(Flux.just(reply("a", "a1"), reply("a", "a2"))));
        pass(Duration.ofSeconds(20));

        assertThat(delivered).containsExactly("a1", "a2");
        assertThat(outcomes.values).allMatch(ReplyOutcome::delivered);
        assertThat(attempts).hasSize(5);
        assertThat(attempts.get(1) - attempts.get(0)).isBetween(800L, 1_200L);
        assertThat(attempts.get(2) - attempts.get(1)).isBetween(1_600L, 2_400L);
        assertThat(attempts.get(3) - attempts.get(2)).isBetween(3_200L, 4_800L);
    }

    @Test
    void everyAttemptBeginsWhereDeliveriesMayBlock() {
        Deque<Runnable> blocking = new ArrayDeque<>();
        AtomicInteger attempts = new AtomicInteger();
        ReplyRouter router = router(reply -> {
                    attempts.incrementAndGet();
                    return Mono.error(new IllegalStateException("busy"));
                })
                .deliverOn(Schedulers.fromExecutor(blocking::add))
                .build();
        watch(router.route(Flux.just(reply("a", "a1"))));
        assertThat(attempts).hasValue(0);

        blocking.remove().run();
        assertThat(attempts).hasValue(1);
        pass(Duration.ofSeconds(2));
        assertThat(attempts).as("on the timer's thread").hasValue(1);
        blocking.remove().run();
        assertThat(attempts).hasValue(2);
    }

    @Test
    void aReplyWhoseConversationCannotBeToldIsReportedAndHoldsUpNobody() {
        CodeboltPlugin plugin = connected();
        Seen<RuntimeClientException> errors = errorsOf(plugin);
        plugin.gateway()
                .onReply(router(reply -> slowly(reply, Duration.ZERO))
                        .conversation(reply -> reply.address().orElseThrow())
                        .build());

        server.reply(new ReplyAddress("c", null, null), "for no conversation");
        server.reply(to("c", "chat"), "good");
        second();

        assertThat(delivered).containsExactly("good");
        assertThat(errors.values)
                .singleElement()
                .satisfies(error -> assertThat(error).hasCauseInstanceOf(java.util.NoSuchElementException.class));
    }

    @Test
    void whatStaysUndeliveredIsReportedAndHoldsUpNobody() {
        AtomicInteger attempts = new AtomicInteger();
        ReplyRouter router = router(reply -> reply.text().equals("bad")
                        ? Mono.error(() -> new IllegalStateException("attempt " + attempts.incrementAndGet()))
                        : slowly(reply, Duration.ZERO))
                .maxAttempts(3)
                .build();

        Seen<ReplyOutcome> outcomes =
                watch(router.route(Flux.just(reply("a", "bad"), reply("a", "a2"), reply("b", "b1"))));
        pass(Duration.ofMillis(1));
        assertThat(delivered).containsExactly("b1");
        pass(Duration.ofSeconds(10));

        assertThat(delivered).containsExactly("b1", "a2");
        assertThat(attempts).hasValue(3);
        assertThat(outcomes.values.stream()
                        .filter(outcome -> !outcome.delivered())
                        .map(outcome -> outcome.reply().text() + ": "
                                + outcome.error().orElseThrow().getMessage()))
                .containsExactly("bad: attempt 3");
    }

    @Test
    void anErrorThatIsNotWorthItIsNotTriedAgain() {
        AtomicInteger attempts = new AtomicInteger();
        ReplyRouter router = router(reply -> {
                    attempts.incrementAndGet();
                    throw new IllegalArgumentException("the chat is gone");
                })
                .retryOn(error -> !(error instanceof IllegalArgumentException))
                .build();

        Seen<ReplyOutcome> outcomes = watch(router.route(Flux.just(reply("a", "a1"))));
        second();

        assertThat(attempts).hasValue(1);
        assertThat(outcomes.last().error()).containsInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDeliveryThatHangsFailsInTime() {
        ReplyRouter router = router(reply -> Mono.never())
                .deliveryTimeout(Duration.ofSeconds(3))
                .maxAttempts(1)
                .build();

        Seen<ReplyOutcome> outcomes = watch(router.route(Flux.just(reply("a", "a1"))));
        pass(Duration.ofSeconds(3));

        assertThat(outcomes.last().error()).containsInstanceOf(TimeLimitException.class);
    }

    @Test
    void whatThePlatformAsksForIsWaitedFor() {
        List<Long> attempts = new ArrayList<>();
        ReplyRouter router = router(reply -> Mono.defer(() -> {
                    attempts.add(time.now(java.util.concurrent.TimeUnit.SECONDS));
                    return Mono.error(new RuntimeClientException("429") {
                        @Override
                        public Optional<Duration> retryAfter() {
                            return Optional.of(Duration.ofSeconds(60));
                        }
                    });
                }))
                .maxAttempts(2)
                .build();

        watch(router.route(Flux.just(reply("a", "a1"))));
        pass(Duration.ofMinutes(2));

        assertThat(attempts.get(1) - attempts.get(0)).isEqualTo(60);
    }

    @Test
    void noMoreConversationsThanTheBoundAndTheyTakeTurns() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ReplyRouter router = router(reply -> Mono.defer(() -> {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            return slowly(reply, Duration.ofSeconds(1));
                        })
                        .doFinally(signal -> running.decrementAndGet()))
                .maxConversations(2)
                .build();
        List<GatewayReply> replies = new ArrayList<>();
        for (int round = 1; round <= 3; round++) {
            for (String conversation : List.of("a", "b", "c", "d")) {
                replies.add(reply(conversation, conversation + round));
            }
        }

        watch(router.route(Flux.fromIterable(replies)));
        pass(Duration.ofSeconds(2));
        assertThat(delivered).containsExactlyInAnyOrder("a1", "b1", "c1", "d1");
        pass(Duration.ofSeconds(4));

        assertThat(delivered).hasSize(12);
        assertThat(most).hasValue(2);
    }

    @Test
    void noMoreRepliesThanTheBoundAreTakenIn() {
        Sinks.Many<GatewayReply> source = Sinks.many().unicast().onBackpressureBuffer();
        List<Long> requested = new ArrayList<>();
        watch(router(reply -> Mono.never())
                .maxPending(10)
                .build()
                .route(source.asFlux().doOnRequest(requested::add)));

        for (int i = 0; i < 100; i++) {
            source.tryEmitNext(reply("a", "a" + i));
        }

        assertThat(requested).containsExactly(10L);
    }

    @Test
    void cancellingGivesUpWhatIsPending() {
        List<String> cancelled = new ArrayList<>();
        reactor.core.Disposable routing = router(
                        reply -> Mono.<Void>never().doOnCancel(() -> cancelled.add(reply.text())))
                .build()
                .route(Flux.just(reply("a", "a1"), reply("a", "a2"), reply("b", "b1"))
                        .concatWith(Flux.never()))
                .subscribe();
        second();

        routing.dispose();
        second();

        assertThat(cancelled).containsExactlyInAnyOrder("a1", "b1");
    }

    @Test
    void everyConversationIsInOrderUnderRandomFailures() {
        Random random = new Random(7);
        Map<String, List<Integer>> byConversation = new HashMap<>();
        ReplyRouter router = router(reply -> Mono.delay(Duration.ofMillis(random.nextInt(400)), time)
                        .flatMap(tick -> {
                            if (random.nextInt(3) == 0) {
                                return Mono.<Void>error(new IllegalStateException("busy"));
                            }
                            byConversation
                                    .computeIfAbsent(reply.address().orElseThrow(), key -> new ArrayList<>())
                                    .add(Integer.parseInt(reply.text()));
                            return Mono.<Void>empty();
                        }))
                .maxConversations(5)
                .maxAttempts(3)
                .build();
        Seen<ReplyOutcome> outcomes = watch(router.route(
                Flux.range(0, 1_000).map(i -> reply("chat " + random.nextInt(20), String.valueOf(i)))));

        pass(Duration.ofHours(1));

        assertThat(outcomes.completed).isTrue();
        assertThat(outcomes.values).hasSize(1_000);
        long undelivered =
                outcomes.values.stream().filter(outcome -> !outcome.delivered()).count();
        assertThat(undelivered).isBetween(1L, 100L);
        assertThat(byConversation.values().stream().mapToLong(List::size).sum()).isEqualTo(1_000 - undelivered);
        assertThat(byConversation.values()).allSatisfy(texts -> {
            List<Integer> sorted = new ArrayList<>(texts);
            Collections.sort(sorted);
            assertThat(texts).isEqualTo(sorted);
        });
    }

    @Test
    void valuesThatCannotWorkFailInTheBuilder() {
        ReplyRouter.Builder builder = router(reply -> Mono.empty());
        assertThatThrownBy(() -> builder.maxConversations(0)).hasMessageContaining("maxConversations");
        assertThatThrownBy(() -> builder.maxPending(0)).hasMessageContaining("maxPending");
        assertThatThrownBy(() -> builder.maxAttempts(0)).hasMessageContaining("maxAttempts");
        assertThatThrownBy(() -> builder.deliveryTimeout(Duration.ZERO)).hasMessageContaining("deliveryTimeout");
        assertThatThrownBy(() -> builder.initialDelay(Duration.ofMinutes(1)).build())
                .hasMessageContaining("maxDelay");
    }

    // On a plugin

    @Test
    void repliesUpToHalfAnHourLaterAndSeveralForOneRouteAreDeliveredAcrossALoss() {
        CodeboltPlugin plugin = connected();
        RegisteredChannel channel = await(plugin.gateway().registerChannel(SUPPORT));
        plugin.gateway().onReply(reply -> slowly(reply, Duration.ofSeconds(1)));
        server.onRoute(asked -> {
            for (int minute : List.of(0, 1, 10, 30)) {
                Mono.delay(Duration.ofMinutes(minute), time)
                        .subscribe(tick -> server.reply(to("channel-1", "chat-1"), "after " + minute + " min"));
            }
        });

        await(plugin.gateway().route(message("A long question")));
        pass(Duration.ofMinutes(12));
        server.faults().dropAllSockets();
        pass(Duration.ofMinutes(20));

        assertThat(channel.id()).isEqualTo("channel-2");
        assertThat(delivered).containsExactly("after 0 min", "after 1 min", "after 10 min", "after 30 min");
    }

    @Test
    void aHandlerThatFailsOrThrowsIsReportedAndHearsTheNextReply() {
        CodeboltPlugin plugin = connected();
        Seen<RuntimeClientException> errors = errorsOf(plugin);
        plugin.gateway().onReply(reply -> {
            if (reply.text().equals("throw")) {
                throw new IllegalStateException("thrown");
            }
            return reply.text().equals("fail")
                    ? Mono.error(new IllegalStateException("failed"))
                    : slowly(reply, Duration.ZERO);
        });

        for (String text : List.of("throw", "fail", "good")) {
            server.reply(to("c", "chat"), text);
        }
        second();

        assertThat(delivered).containsExactly("good");
        assertThat(errors.values.stream().map(error -> error.getCause().getMessage()))
                .containsExactly("thrown", "failed");
        assertThat(server.received("gateway.routeAck")).isEmpty();
    }

    @Test
    void aHandlerOutlivesAFullBufferAndAGivenUpConnectionAndEndsWhenItIsDisposed() {
        CodeboltPlugin plugin = connected(options -> options.streams(io.agentruntime.stream.StreamOptions.defaults()
                        .withCapacity(4)
                        .withDeliverOn(time))
                .reconnect(r -> r.maxRetries(0)));
        Seen<RuntimeClientException> errors = errorsOf(plugin);
        reactor.core.Disposable handling = plugin.gateway()
                .onReply(router(reply -> slowly(reply, Duration.ofSeconds(1)))
                        .maxPending(1)
                        .build());

        for (int i = 0; i < 20; i++) {
            server.reply(to("c", "chat"), "flood " + i);
        }
        pass(Duration.ofMinutes(1));
        assertThat(errors.values).hasAtLeastOneElementOfType(io.agentruntime.error.SlowSubscriberException.class);
        server.faults().dropAllSockets();
        second();
        await(plugin.connect());
        delivered.clear();
        server.reply(to("c", "chat"), "after it all");
        pass(Duration.ofSeconds(2));
        assertThat(delivered).containsExactly("after it all");

        handling.dispose();
        server.reply(to("c", "chat"), "too late");
        pass(Duration.ofSeconds(2));
        assertThat(delivered).containsExactly("after it all");
    }
}
