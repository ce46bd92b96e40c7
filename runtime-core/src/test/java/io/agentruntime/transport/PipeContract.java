package io.agentruntime.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.FrameTooLargeException;
import io.agentruntime.error.OutboundOverflowException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** What every {@link Pipe} does. The two ends of a link are given by the implementation under test. */
abstract class PipeContract {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    final RecordingListener atClient = new RecordingListener();
    final RecordingListener atServer = new RecordingListener();

    record Link(Pipe client, Pipe server) {}

    private final List<Link> links = new ArrayList<>();

    abstract Link open(WebSocketOptions options, PipeListener atClient, PipeListener atServer);

    Link link(WebSocketOptions options, PipeListener atClient, PipeListener atServer) {
        Link link = open(options, atClient, atServer);
        links.add(link);
        return link;
    }

    /** To be called before the threads of the implementation are taken away. */
    final void cut() {
        for (Link link : links) {
            link.client().abort(new IllegalStateException("the test is over"));
            link.server().abort(new IllegalStateException("the test is over"));
            Mono.when(link.client().ended(), link.server().ended()).block(PATIENCE);
        }
    }

    Link link() {
        return link(WebSocketOptions.defaults(), atClient, atServer);
    }

    @Test
    void carriesTextAndBinaryBothWaysInOrder() {
        Link link = link();

        Mono<Void> there = Flux.range(0, 100)
                .concatMap(i -> link.client().send(OutboundMessage.text("m" + i)))
                .then();
        there.then(link.server().send(OutboundMessage.binary(a -> a.buffer().writeBytes(new byte[] {'x'}))))
                .block(PATIENCE);

        StepVerifier.create(atServer.events().take(100).collectList())
                .assertNext(
                        all -> assertThat(all).startsWith("text:m0", "text:m1").endsWith("text:m99"))
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(atClient.events().next())
                .expectNext("binary:x")
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void anEmptyMessageIsAMessage() {
        link().client().send(OutboundMessage.text("")).block(PATIENCE);

        StepVerifier.create(atServer.events().next())
                .expectNext("text:")
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void aPingIsAnsweredAndBothSidesNoticeIt() {
        Link link = link();

        link.client().ping();

        StepVerifier.create(atClient.events().next())
                .expectNext("pong")
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(atServer.events().next())
                .expectNext("pong")
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void nothingIsSentOrEncodedBeforeSubscription() {
        Link link = link();
        AtomicInteger encoded = new AtomicInteger();

        Mono<Void> send = link.client().send(OutboundMessage.text(allocator -> {
            encoded.incrementAndGet();
            return allocator.buffer().writeByte('x');
        }));

        assertThat(encoded).hasValue(0);
        send.then(send).block(PATIENCE);
        assertThat(encoded).hasValue(2);
    }

    @Test
    void whatTheEncoderThrowsFailsItsSendOnly() {
        Link link = link();

        StepVerifier.create(link.client().send(OutboundMessage.text(allocator -> {
                    throw new IllegalStateException("no JSON");
                })))
                .expectErrorMessage("no JSON")
                .verify(PATIENCE);

        link.client().send(OutboundMessage.text("next")).block(PATIENCE);
        assertThat(link.client().queuedBytes()).isZero();
    }

    @Test
    void aCloseIsAnsweredAndEachSideKnowsWhoBeganIt() {
        Link link = link();

        link.client().close(4001, "enough", PATIENCE).block(PATIENCE);

        StepVerifier.create(link.client().ended())
                .expectNext(SessionEnd.local(4001, "enough"))
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(link.server().ended())
                .expectNext(SessionEnd.remote(4001, "enough"))
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void aCloseOfTheServerIsRemoteForTheClient() {
        Link link = link();

        link.server().close(1001, "server shutdown", PATIENCE).block(PATIENCE);

        assertThat(link.client().ended().block(PATIENCE)).isEqualTo(SessionEnd.remote(1001, "server shutdown"));
        assertThat(link.server().ended().block(PATIENCE)).isEqualTo(SessionEnd.local(1001, "server shutdown"));
    }

    @Test
    void aCloseWithoutACodeIs1005() {
        Link link = link();

        link.server().close(CloseStatus.NO_STATUS, "", PATIENCE).block(PATIENCE);

        assertThat(link.client().ended().block(PATIENCE)).isEqualTo(SessionEnd.remote(1005, ""));
    }

    @Test
    void aCodeThatCannotTravelIsRefused() {
        Link link = link();

        assertThatThrownBy(() -> link.client().close(1006, "", PATIENCE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> link.client().close(999, "", PATIENCE)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLongReasonIsCutBetweenCharacters() {
        Link link = link();

        link.client().close(1000, "\uD83D\uDE00".repeat(100), PATIENCE).block(PATIENCE);

        assertThat(link.server().ended().block(PATIENCE)).isEqualTo(SessionEnd.remote(1000, "\uD83D\uDE00".repeat(30)));
    }

    @Test
    void closingTwiceAndBothWaysEndsOnce() {
        Link link = link();

        Mono.when(
                        link.client().close(1000, "a", PATIENCE),
                        link.client().close(1001, "b", PATIENCE),
                        link.server().close(1002, "c", PATIENCE))
                .block(PATIENCE);

        SessionEnd end = link.client().ended().block(PATIENCE);
        assertThat(end).isIn(SessionEnd.local(1000, "a"), SessionEnd.remote(1002, "c"));
        assertThat(link.client().ended().block(PATIENCE)).isEqualTo(end);
    }

    @Test
    void anAbortNamesItsCauseAndThePeerSees1006() {
        Link link = link();
        IllegalStateException cause = new IllegalStateException("liveness");

        link.client().abort(cause);

        assertThat(link.client().ended().block(PATIENCE)).isEqualTo(SessionEnd.broken(cause));
        SessionEnd seen = link.server().ended().block(PATIENCE);
        assertThat(seen.initiator()).isEqualTo(SessionEnd.Initiator.NONE);
        assertThat(seen.status().code()).isEqualTo(1006);
        assertThat(seen.cause()).isInstanceOf(ConnectionLostException.class);
    }

    @Test
    void sendingAfterTheEndFailsWithWhatEndedIt() {
        Link link = link();
        link.server().close(4000, "go", PATIENCE).block(PATIENCE);
        link.client().ended().block(PATIENCE);

        StepVerifier.create(link.client().send(OutboundMessage.text("late")))
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOfSatisfying(
                                ConnectionLostException.class,
                                lost -> assertThat(lost.code()).isEqualTo(4000)))
                .verify(PATIENCE);
        StepVerifier.create(link.server().send(OutboundMessage.text("late")))
                .expectError(DisconnectedException.class)
                .verify(PATIENCE);
        link.client().flushed().block(PATIENCE);
        link.client().ping();
    }

    @Test
    void aThrowingListenerHarmsNothing() {
        Link link = link(WebSocketOptions.defaults(), atClient, new RecordingListener() {
            @Override
            public void onText(ByteBuf payload) {
                atServer.onText(payload);
                throw new IllegalStateException("listener bug");
            }
        });

        link.client().send(OutboundMessage.text("1")).block(PATIENCE);
        link.client().send(OutboundMessage.text("2")).block(PATIENCE);

        StepVerifier.create(atServer.events().take(2))
                .expectNext("text:1", "text:2")
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void anUrgentMessageOvertakesAHundredThousandQueuedOnes() {
        Link link = link(WebSocketOptions.builder().maxQueuedBytes(64L << 20).build(), atClient, atServer);
        link.server().reading(false);
        link.server().flushed().block(PATIENCE);
        List<Mono<Void>> sends = new ArrayList<>();
        byte[] heavy = new byte[120];
        // Unpooled, since the leak detector records each access to a pooled one.
        Mono<Void> one = link.client().send(OutboundMessage.binary(allocator -> Unpooled.wrappedBuffer(heavy)));
        for (int i = 0; i < 100_000; i++) {
            sends.add(one);
        }
        Flux.merge(Flux.fromIterable(sends), 100_000).onErrorComplete().subscribe();
        assertThat(link.client().queuedBytes()).isGreaterThan(100_000 * 100);

        link.client().send(OutboundMessage.text("urgent").asUrgent()).subscribe();
        link.client().ping();
        link.server().reading(true);

        // Ahead are the window and what the sockets of the machine hold.
        assertThat(place("text:urgent")).isLessThan(20_000);
        assertThat(place("pong")).isLessThan(20_000);
    }

    private long place(String event) {
        return Objects.requireNonNull(
                atServer.events().takeUntil(event::equals).count().block(PATIENCE));
    }

    @Test
    void aFullQueueRefusesMessagesButNotUrgentOnes() {
        Link link = link(WebSocketOptions.builder().maxQueuedBytes(20_000).build(), atClient, atServer);

        StepVerifier.create(link.client().send(OutboundMessage.text("x".repeat(20_000))))
                .expectError(OutboundOverflowException.class)
                .verify(PATIENCE);
        link.client().send(OutboundMessage.text("y".repeat(20_000)).asUrgent()).block(PATIENCE);

        StepVerifier.create(atServer.events().next())
                .expectNext("text:" + "y".repeat(20_000))
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void whatIsQueuedAtTheEndFails() {
        Link link = link(WebSocketOptions.builder().maxQueuedBytes(64L << 20).build(), atClient, atServer);
        link.server().reading(false);
        Flux<String> sends = Flux.range(0, 2_000)
                .flatMap(
                        i -> link.client()
                                .send(OutboundMessage.text("x".repeat(20_000)))
                                .thenReturn("sent")
                                .onErrorResume(e -> Mono.just(e.getClass().getSimpleName())),
                        2_000);
        Mono<List<String>> outcomes = sends.collectList().cache();
        outcomes.subscribe();

        link.client().close(1000, "bye", Duration.ZERO).block(PATIENCE);

        assertThat(outcomes.block(PATIENCE))
                .hasSize(2_000)
                .contains("DisconnectedException")
                .containsAnyOf("sent");
        assertThat(link.client().queuedBytes()).isZero();
    }

    @Test
    void notReadingHoldsTheMessagesBack() {
        Link link = link();
        link.server().reading(false);
        link.server().flushed().block(PATIENCE);

        link.client().send(OutboundMessage.text("held")).block(PATIENCE);
        // Whatever the server sends now overtakes nothing: it goes the other way, and shows that the link works.
        link.server().send(OutboundMessage.text("other way")).block(PATIENCE);
        StepVerifier.create(atClient.events().next())
                .expectNext("text:other way")
                .expectComplete()
                .verify(PATIENCE);
        assertThat(atServer.received).isEmpty();

        link.server().reading(true);
        StepVerifier.create(atServer.events().next())
                .expectNext("text:held")
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void theLastWordOnReadingCountsFromWhicheverThreadItComes() {
        AtomicReference<Pipe> own = new AtomicReference<>();
        Sinks.Empty<Void> stopped = Sinks.empty();
        RecordingListener stopping = new RecordingListener() {
            @Override
            public void onText(ByteBuf payload) {
                super.onText(payload);
                if (received.size() == 1) {
                    AtomicBoolean said = new AtomicBoolean();
                    Schedulers.boundedElastic().schedule(() -> {
                        own.get().reading(true);
                        said.set(true);
                    });
                    boolean waiting = true;
                    while (waiting) {
                        waiting = !said.get(); // for microseconds, and nothing else may wait here
                    }
                    own.get().reading(false);
                    stopped.tryEmitEmpty();
                }
            }
        };
        Link link = link(WebSocketOptions.defaults(), atClient, stopping);
        own.set(link.server());

        link.client().send(OutboundMessage.text("first")).block(PATIENCE);
        stopped.asMono().block(PATIENCE);
        link.client().send(OutboundMessage.text("held")).block(PATIENCE);
        for (int i = 0; i < 3; i++) {
            link.server().send(OutboundMessage.text("other way " + i)).block(PATIENCE);
            atClient.events().skip(i).blockFirst(PATIENCE);
        }
        assertThat(stopping.received).containsExactly("text:first");

        link.server().reading(true);
        StepVerifier.create(stopping.events().skip(1).next())
                .expectNext("text:held")
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void aMessageAboveTheLimitEndsThePipeWith1009() {
        Link link = link(WebSocketOptions.builder().maxMessageBytes(1000).build(), atClient, atServer);

        link.server().send(OutboundMessage.text("x".repeat(1000))).block(PATIENCE);
        StepVerifier.create(atClient.events().next())
                .expectNext("text:" + "x".repeat(1000))
                .expectComplete()
                .verify(PATIENCE);
        link.server().send(OutboundMessage.text("x".repeat(1001))).block(PATIENCE);

        SessionEnd end = link.client().ended().block(PATIENCE);
        assertThat(end.cause()).isInstanceOf(FrameTooLargeException.class);
        assertThat(link.server().ended().block(PATIENCE).status().code()).isEqualTo(1009);
    }
}
