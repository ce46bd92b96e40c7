package io.agentruntime.http;

import io.agentruntime.error.HttpStatusException.Unauthorized;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.core.type.TypeReference;

/**
 * Speaks JSON with one gateway: credentials, retries after 429, typed errors. Immutable and safe for use by many threads.
 *
 * <p>Every method gives a cold {@link Mono}: each subscription encodes the body and sends the request, cancelling aborts it
 * or ends the wait for the next retry. A path begins with {@code /} and is percent-encoded ({@link ApiPath} writes it);
 * whole addresses are refused with {@link IllegalArgumentException}, so that the key cannot be led away. A body is anything
 * the codec can write, {@code null} for none.
 *
 * <p>Errors:
 *
 * <ul>
 *   <li>{@link io.agentruntime.error.HttpStatusException} and its subclasses for every status but 2xx; redirects are not
 *       followed. A 429 comes after the retries of {@link RateLimitRetry}. A 401 comes after the request was sent once more
 *       with a refreshed key, where the {@link CredentialSource} had one.
 *   <li>{@link io.agentruntime.error.DecodeException} when the answer is not JSON, or not of the type asked for.
 *   <li>{@link io.agentruntime.error.EncodeException} when the body cannot be written; nothing was sent.
 *   <li>Those of {@link HttpExchange}, among them {@link io.agentruntime.error.OutcomeUnknownException}: the request may
 *       have been acted on, and is not sent again.
 *   <li>{@link io.agentruntime.error.CallRefusedException} from a circuit breaker or rate limiter.
 * </ul>
 */
public final class JsonHttpClient {

    private static final Logger LOG = LoggerFactory.getLogger(JsonHttpClient.class);

    private final BaseUrl baseUrl;
    private final HttpExchange exchange;
    private final CredentialSource credentials;
    private final JsonCodec codec;
    private final HttpOptions options;
    private final Scheduler timer;
    private final @Nullable RateLimitBackoff backoff;

    private JsonHttpClient(Builder builder) {
        this.baseUrl = builder.baseUrl;
        this.exchange = guarded(builder.exchange, builder.options, builder.timer);
        this.credentials = builder.credentials;
        this.codec = builder.codec;
        this.options = builder.options;
        this.timer = builder.timer;
        this.backoff = new RateLimitBackoff(options.rateLimitRetry(), builder.random, timer, builder.onRateLimited);
    }

    private JsonHttpClient(JsonHttpClient other, @Nullable RateLimitBackoff backoff) {
        this.baseUrl = other.baseUrl;
        this.exchange = other.exchange;
        this.credentials = other.credentials;
        this.codec = other.codec;
        this.options = other.options;
        this.timer = other.timer;
        this.backoff = backoff;
    }

    /**
     * Starts to build a client.
     *
     * @param baseUrl the gateway
     * @param exchange how requests reach it; whoever made it closes it
     */
    public static Builder builder(BaseUrl baseUrl, HttpExchange exchange) {
        return new Builder(baseUrl, exchange);
    }

    private static HttpExchange guarded(HttpExchange exchange, HttpOptions options, Scheduler timer) {
        CircuitBreaker breaker = options.circuitBreaker();
        RateLimiter limiter = options.rateLimiter();
        HttpExchange guarded = breaker == null ? exchange : new CircuitBreakerExchange(exchange, breaker);
        return limiter == null ? guarded : new RateLimiterExchange(guarded, limiter, timer);
    }

    /** The same client without retries after a 429, for callers that have a loop of their own. */
    public JsonHttpClient withoutRetry() {
        return new JsonHttpClient(this, null);
    }

    /** The gateway this client speaks with. */
    public BaseUrl baseUrl() {
        return baseUrl;
    }

    /**
     * Sends a request and reads the answer as an object of a class. Emits it, or nothing when the answer is empty or {@code
     * null}; with {@code Void.class} nothing in any case. Errors as in the class description.
     */
    public <T> Mono<T> request(String method, ApiPath path, @Nullable Object body, Class<T> type) {
        if (type == Void.class) {
            return send(method, path, body).then(Mono.empty());
        }
        return request(method, path, body).map(answer -> answer.as(type));
    }

    /** The same with a path whose template is not known: it is not counted by itself. */
    public <T> Mono<T> request(String method, String path, @Nullable Object body, Class<T> type) {
        return request(method, ApiPath.encoded(path), body, type);
    }

    /**
     * Sends a request and reads the answer as an object of a generic type. Emits it, or nothing when the answer is empty or
     * {@code null}. Errors as in the class description.
     */
    public <T> Mono<T> request(String method, ApiPath path, @Nullable Object body, TypeReference<T> type) {
        return request(method, path, body).map(answer -> answer.as(type));
    }

    /** The same with a path whose template is not known: it is not counted by itself. */
    public <T> Mono<T> request(String method, String path, @Nullable Object body, TypeReference<T> type) {
        return request(method, ApiPath.encoded(path), body, type);
    }

    /**
     * Sends a request. Emits the answer unread, with fields nobody knows yet, or nothing when it is empty or {@code null}.
     * Errors as in the class description.
     */
    public Mono<JsonPayload> request(String method, ApiPath path, @Nullable Object body) {
        return call(method, path, body).mapNotNull(reply -> answer(method, path, reply));
    }

    /** The same with a path whose template is not known: it is not counted by itself. */
    public Mono<JsonPayload> request(String method, String path, @Nullable Object body) {
        return request(method, ApiPath.encoded(path), body);
    }

    /** Sends a request. Completes when it was answered with 2xx, whatever the answer's body. Errors as in the class description. */
    public Mono<Void> send(String method, ApiPath path, @Nullable Object body) {
        return call(method, path, body).then();
    }

    /** The same with a path whose template is not known: it is not counted by itself. */
    public Mono<Void> send(String method, String path, @Nullable Object body) {
        return send(method, ApiPath.encoded(path), body);
    }

    private Mono<HttpReply> call(String method, ApiPath path, @Nullable Object body) {
        return Mono.defer(() -> {
            HttpCall call = new HttpCall(
                    method.toUpperCase(Locale.ROOT),
                    baseUrl.http(path.toString()),
                    path.template(),
                    headers(body),
                    body == null ? null : codec.encode(body),
                    options.requestTimeout(),
                    options.maxResponseBytes());
            return credentials
                    .current()
                    .map(key -> withKey(call, key))
                    .defaultIfEmpty(call)
                    .flatMap(keyed ->
                            retried(keyed).onErrorResume(Unauthorized.class, refused -> onceMore(call, refused)));
        });
    }

    /** A 401 says that the request was not processed, so it may be sent again with another key. */
    private Mono<HttpReply> onceMore(HttpCall call, Unauthorized refused) {
        return credentials
                .refresh()
                .map(key -> withKey(call, key))
                .switchIfEmpty(Mono.error(refused))
                .flatMap(this::retried);
    }

    private Mono<HttpReply> retried(HttpCall call) {
        return backoff == null ? tried(call) : backoff.applyTo(call, tried(call));
    }

    private Mono<HttpReply> tried(HttpCall call) {
        return Mono.defer(() -> {
            long start = timer.now(TimeUnit.NANOSECONDS);
            return exchange.exchange(call)
                    .doOnNext(reply -> LOG.debug("{}: {} after {} ms", call, reply, millisSince(start)))
                    .doOnError(error -> LOG.debug(
                            "{}: {} after {} ms", call, error.getClass().getSimpleName(), millisSince(start)))
                    .map(reply -> {
                        if (reply.status() / 100 != 2) {
                            throw ErrorAnswers.toException(codec, call, reply, now());
                        }
                        return reply;
                    });
        });
    }

    private @Nullable JsonPayload answer(String method, ApiPath path, HttpReply reply) {
        if (isBlank(reply.body())) {
            return null;
        }
        String what = "answer to " + method + " " + path.path();
        JsonPayload payload = codec.payload(what, reply.body());
        return payload.isNull() ? null : payload;
    }

    private static boolean isBlank(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return false;
            }
        }
        return true;
    }

    private static Map<String, String> headers(@Nullable Object body) {
        return body == null
                ? Map.of("accept", "application/json")
                : Map.of("accept", "application/json", "content-type", "application/json");
    }

    private static HttpCall withKey(HttpCall call, String key) {
        Map<String, String> headers = new LinkedHashMap<>(call.headers());
        headers.put("authorization", "Bearer " + key);
        return call.withHeaders(headers);
    }

    private Instant now() {
        return Instant.ofEpochMilli(timer.now(TimeUnit.MILLISECONDS));
    }

    private long millisSince(long startNanos) {
        return Duration.ofNanos(timer.now(TimeUnit.NANOSECONDS) - startNanos).toMillis();
    }

    @Override
    public String toString() {
        return "JsonHttpClient[" + baseUrl + "]";
    }

    /** Collects the parts of a {@link JsonHttpClient}. */
    public static final class Builder {

        private final BaseUrl baseUrl;
        private final HttpExchange exchange;
        private CredentialSource credentials = CredentialSource.none();
        private JsonCodec codec = JsonCodec.create();
        private HttpOptions options = HttpOptions.defaults();
        private Scheduler timer = Schedulers.parallel();
        private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
        private Consumer<Duration> onRateLimited = wait -> {};

        private Builder(BaseUrl baseUrl, HttpExchange exchange) {
            this.baseUrl = Objects.requireNonNull(baseUrl);
            this.exchange = Objects.requireNonNull(exchange);
        }

        /** Where the key comes from; by default there is none. */
        public Builder credentials(CredentialSource credentials) {
            this.credentials = credentials;
            return this;
        }

        /** What reads and writes JSON; {@link JsonCodec#create()} by default. */
        public Builder codec(JsonCodec codec) {
            this.codec = codec;
            return this;
        }

        /** Limits and retries; {@link HttpOptions#defaults()} by default. */
        public Builder options(HttpOptions options) {
            this.options = options;
            return this;
        }

        /** What waits for the next retry and tells the time; {@link Schedulers#parallel()} by default. */
        public Builder timer(Scheduler timer) {
            this.timer = timer;
            return this;
        }

        /** Where the jitter comes from. */
        public Builder random(RandomGenerator random) {
            this.random = random;
            return this;
        }

        /** Told of each wait after a 429 as it begins; must not block. By default nobody is. */
        public Builder onRateLimited(Consumer<Duration> listener) {
            this.onRateLimited = listener;
            return this;
        }

        /** The client, ready to use. */
        public JsonHttpClient build() {
            return new JsonHttpClient(this);
        }
    }
}
