package io.agentruntime.codebolt;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.TimeLimitException;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.core.functions.Either;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Delivers replies to the platform: those of one conversation in order and one at a time, conversations side by side. A
 * delivery that fails is tried again, with backoff, and holds up its own conversation only; when no attempt is left, it is
 * reported and the next reply has its turn.
 *
 * <pre>{@code
 * ReplyRouter router = ReplyRouter.builder(reply -> platform.send(reply.address(), reply.text())).build();
 * plugin.gateway().onReply(router);
 * }</pre>
 *
 * <p>Immutable and safe for use by many threads; each {@link #route} has conversations of its own.
 */
public final class ReplyRouter {

    private static final Logger log = LoggerFactory.getLogger(ReplyRouter.class);
    private static final double JITTER = 0.2;

    private final Function<GatewayReply, ? extends Mono<Void>> deliver;
    private final Function<GatewayReply, ?> conversation;
    private final int maxConversations;
    private final int maxPending;
    private final Duration deliveryTimeout;
    private final Scheduler deliverOn;
    private final Scheduler timer;
    private final IntervalFunction backoff;
    private final Retry retry;

    private ReplyRouter(Builder options) {
        this.deliver = options.deliver;
        this.conversation = options.conversation;
        this.maxConversations = options.maxConversations;
        this.maxPending = options.maxPending;
        this.deliveryTimeout = options.deliveryTimeout;
        this.deliverOn = options.deliverOn;
        this.timer = options.timer;
        this.backoff = IntervalFunction.ofExponentialRandomBackoff(options.initialDelay, 2, JITTER, options.maxDelay);
        this.retry = Retry.of(
                "codebolt-reply",
                RetryConfig.<Object>custom()
                        .maxAttempts(options.maxAttempts)
                        .retryOnException(options.retryOn)
                        .intervalBiFunction(this::delayMillis)
                        .build());
    }

    /**
     * Starts to configure a router.
     *
     * @param deliver sends one reply to the platform; subscribed once for each attempt
     */
    public static Builder builder(Function<GatewayReply, ? extends Mono<Void>> deliver) {
        return new Builder(deliver);
    }

    /**
     * Delivers these replies. Emits what became of each, as soon as that is known; completes when they have completed and
     * each has its outcome. Takes no more replies than {@code maxPending} without an outcome. Errors: only those of {@code
     * replies}, behind the outcomes of what had come before. Cancelling gives up what is pending.
     */
    public Flux<ReplyOutcome> route(Flux<GatewayReply> replies) {
        return Flux.defer(() -> {
            Lanes<Object> lanes = new Lanes<>(maxConversations);
            Flux<ReplyOutcome> outcomes = replies.flatMapDelayError(
                    reply -> Mono.defer(() -> lanes.run(conversation.apply(reply), delivered(reply)))
                            .then(Mono.fromSupplier(() -> new ReplyOutcome(reply, Optional.empty())))
                            .onErrorResume(error -> {
                                log.debug("A reply was not delivered", error);
                                return Mono.just(new ReplyOutcome(reply, Optional.of(error)));
                            }),
                    maxPending,
                    1);
            return outcomes.doOnCancel(lanes::close);
        });
    }

    private Mono<Void> delivered(GatewayReply reply) {
        return Mono.defer(() -> {
            Retry.AsyncContext<Object> attempts = retry.asyncContext();
            return Mono.<Void>defer(() -> deliver.apply(reply))
                    .timeout(
                            deliveryTimeout,
                            Mono.error(() -> new TimeLimitException("The delivery of a reply", deliveryTimeout)),
                            timer)
                    .subscribeOn(deliverOn) // each attempt: a further one is due on the timer's thread
                    .doOnSuccess(nothing -> attempts.onComplete())
                    .retryWhen(reactor.util.retry.Retry.from(failures -> failures.concatMap(
                            failure -> next(attempts.onError(failure.failure()), failure.failure()))));
        });
    }

    private Mono<Long> next(long delayMillis, Throwable failure) {
        if (delayMillis < 0) {
            return Mono.error(failure);
        }
        log.debug("A reply was not delivered, again in {} ms", delayMillis, failure);
        return Mono.delay(Duration.ofMillis(delayMillis), timer);
    }

    private long delayMillis(int attempts, Either<Throwable, Object> outcome) {
        Duration asked = outcome.getLeft() instanceof RuntimeClientException known
                ? known.retryAfter().orElse(Duration.ZERO)
                : Duration.ZERO;
        return Math.max(asked.toMillis(), backoff.apply(attempts));
    }

    /** Configures a {@link ReplyRouter}. A value that cannot work fails here. */
    public static final class Builder {

        private final Function<GatewayReply, ? extends Mono<Void>> deliver;
        private Function<GatewayReply, ?> conversation = Builder::conversationOf;
        private int maxConversations = 16;
        private int maxPending = 1_024;
        private int maxAttempts = 5;
        private Duration initialDelay = Duration.ofSeconds(1);
        private Duration maxDelay = Duration.ofSeconds(30);
        private Duration deliveryTimeout = Duration.ofSeconds(30);
        private Predicate<Throwable> retryOn = error -> true;
        private Scheduler deliverOn = Schedulers.boundedElastic();
        private Scheduler timer = Schedulers.parallel();

        private Builder(Function<GatewayReply, ? extends Mono<Void>> deliver) {
            this.deliver = deliver;
        }

        private static Object conversationOf(GatewayReply reply) {
            return reply.address()
                    .or(() -> Optional.ofNullable(reply.replyTo().userId()))
                    .orElse(reply.replyTo().channelId());
        }

        /**
         * What conversation a reply belongs to; by default its address, or else its user, or else its channel. Not by the
         * channel's id in the first place, for that changes when the channel is registered again. A reply for which it
         * throws is not delivered, which is its outcome.
         */
        public Builder conversation(Function<GatewayReply, ?> key) {
            this.conversation = key;
            return this;
        }

        /** How many conversations are delivered to side by side; 16 by default. */
        public Builder maxConversations(int count) {
            this.maxConversations = Checks.range("maxConversations", count, 1, 10_000);
            return this;
        }

        /** How many replies may be without an outcome; 1,024 by default. Further ones wait where they come from. */
        public Builder maxPending(int count) {
            this.maxPending = Checks.range("maxPending", count, 1, 1_000_000);
            return this;
        }

        /** How often a delivery is tried, the first time included; 5 by default. */
        public Builder maxAttempts(int count) {
            this.maxAttempts = Checks.range("maxAttempts", count, 1, 1_000);
            return this;
        }

        /** The wait before the second attempt, doubled for each further one, with a jitter of 20 %; 1 s by default. */
        public Builder initialDelay(Duration delay) {
            this.initialDelay = Checks.positive("initialDelay", delay);
            return this;
        }

        /** The longest wait; 30 s by default. Where the error has a {@code retryAfter()}, the wait is never shorter than that. */
        public Builder maxDelay(Duration delay) {
            this.maxDelay = Checks.positive("maxDelay", delay);
            return this;
        }

        /** The limit of one attempt; 30 s by default. */
        public Builder deliveryTimeout(Duration limit) {
            this.deliveryTimeout = Checks.positive("deliveryTimeout", limit);
            return this;
        }

        /** Which errors are worth another attempt; all by default. */
        public Builder retryOn(Predicate<Throwable> worth) {
            this.retryOn = worth;
            return this;
        }

        /** Where each attempt is subscribed; {@link Schedulers#boundedElastic()} by default, so that they may block. */
        public Builder deliverOn(Scheduler scheduler) {
            this.deliverOn = Objects.requireNonNull(scheduler);
            return this;
        }

        /** Where waits and limits are kept; {@link Schedulers#parallel()} by default. */
        public Builder timer(Scheduler scheduler) {
            this.timer = Objects.requireNonNull(scheduler);
            return this;
        }

        /** The router. */
        public ReplyRouter build() {
            if (maxDelay.compareTo(initialDelay) < 0) {
                throw new InvalidOptionException(
                        "maxDelay", maxDelay, "must not be less than initialDelay " + initialDelay);
            }
            return new ReplyRouter(this);
        }
    }
}
