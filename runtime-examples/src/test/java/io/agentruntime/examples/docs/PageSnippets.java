package io.agentruntime.examples.docs;

import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.connection.DelayStrategy;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.Verdict;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.HttpStatusException.Unauthorized;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.http.ApiPath;
import io.agentruntime.net.ProxyOptions;
import io.agentruntime.nookplot.AgentPresence;
import io.agentruntime.nookplot.ChannelMessage;
import io.agentruntime.nookplot.ChannelSubscription.Status;
import io.agentruntime.nookplot.ConnectResult;
import io.agentruntime.nookplot.ConnectionNotice;
import io.agentruntime.nookplot.GatewayEvent;
import io.agentruntime.nookplot.GatewayStatus;
import io.agentruntime.nookplot.HistoryQuery;
import io.agentruntime.nookplot.InboxQuery;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.nookplot.NookplotRuntimeBuilder;
import io.agentruntime.stream.Delivery.Gap;
import io.agentruntime.stream.Delivery.Message;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.RateLimits;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;
import tools.jackson.core.type.TypeReference;

/**
 * The Java code of the pages in {@code docs}, so that it is compiled. {@link DocumentsTest} checks that the pages show
 * nothing else; nothing here is ever run.
 */
@SuppressWarnings("unused")
final class PageSnippets {

    private NookplotRuntime runtime;
    private String channelId;

    record MyAnswer(String data) {}

    // ---- docs/nookplot.md, the table of calls

    void build() {
        NookplotRuntime runtime = NookplotRuntime.builder()
                .gatewayUrl("https://gateway.nookplot.com")
                .apiKey("nk_your_api_key_here")
                .reconnect(
                        r -> r.maxRetries(5).initialDelay(Duration.ofSeconds(2)).maxDelay(Duration.ofSeconds(60)))
                .heartbeatInterval(Duration.ofSeconds(15))
                .build();
    }

    void table() {
        Mono<ConnectResult> connect = runtime.connect();
        Mono<Void> disconnect = runtime.disconnect();
        String state = runtime.currentState().name();
        Disposable listener = runtime.state().subscribe(s -> System.out.println("Connection state: " + s.name()));
        listener.dispose();
        Flux<ConnectionNotice> notices = runtime.events().type("connection.state", ConnectionNotice.class);
        Mono<List<AgentPresence>> present = runtime.getPresence();
        present = runtime.getPresence(50, 0);
        Mono<GatewayStatus> status = runtime.getStatus();
        Mono<MyAnswer> got = runtime.connection().request("GET", "/v1/custom/endpoint", MyAnswer.class);
        Mono<MyAnswer> posted =
                runtime.connection().request("POST", "/v1/custom/endpoint", Map.of("key", "value"), MyAnswer.class);
        Mono<Void> sent = runtime.connection().sendWs(Map.of("type", "custom.event", "data", Map.of("foo", "bar")));
    }

    // ---- docs/nookplot.md, the sections

    void connectErrors() {
        runtime.connect()
                .doOnNext(session -> System.out.println("session " + session.sessionId()))
                .doOnError(Unauthorized.class, refused -> System.err.println("Check the key: " + refused.getMessage()))
                .subscribe(session -> {}, error -> System.err.println("Failed to connect: " + error.getMessage()));
    }

    void lastTry() {
        runtime.events()
                .type(GatewayEvent.CONNECTION_STATE, ConnectionNotice.class)
                .filter(notice -> notice.state().equals("failed"))
                .subscribe(
                        notice -> System.err.println("Reconnecting failed: " + notice.reason()),
                        failed -> System.err.println("The streams have ended: " + failed.getMessage()));
    }

    void unexpected() {
        runtime.state()
                .filter(Disconnected.class::isInstance)
                .skip(1) // the state before the first connect()
                .subscribe(state -> System.out.println("Nobody wants a connection any more"));
    }

    void connectionEvents() {
        runtime.connection().events().subscribe(event -> {
            if (event instanceof ConnectionEvent.SessionLost lost) {
                System.out.println("closed with " + lost.end().status() + ", so: " + lost.verdict());
            } else if (event instanceof ConnectionEvent.RetryScheduled retry) {
                System.out.println("attempt " + retry.attempt() + " in " + retry.delay());
            }
        });
    }

    void ownVerdicts(NookplotRuntimeBuilder builder) {
        FailureClassifier standard = FailureClassifier.standard();
        builder.classifier(failure -> failure.cause() instanceof ConnectionLostException lost && lost.code() == 4000
                ? Verdict.TERMINAL
                : standard.classify(failure));
    }

    void strategies(NookplotRuntimeBuilder builder) {
        builder.reconnect(r -> r.unlimitedRetries()
                .strategy(DelayStrategy.fullJitter(Duration.ofSeconds(1), Duration.ofMinutes(2)))
                .retryInitialConnect(true));
    }

    void keySupplier(NookplotRuntimeBuilder builder, Mono<String> vault) {
        builder.apiKey(vault);
    }

    void subscribing() {
        runtime.channels()
                .subscribe(channelId)
                .filter(status -> status == Status.PENDING)
                .subscribe(pending -> System.out.println("Subscribed as soon as there is a session"));

        runtime.channels()
                .subscriptions()
                .forEach(wanted -> System.out.println(wanted.channelId() + " " + wanted.status()));
    }

    void deliveries() {
        runtime.channels().deliveries(channelId).subscribe(delivery -> {
            if (delivery instanceof Message<ChannelMessage> message) {
                System.out.println(message.payload().content());
            } else if (delivery instanceof Gap<ChannelMessage> gap) {
                System.out.println("something may be missing between " + gap.from() + " and " + gap.to());
            }
        });
    }

    void talking() {
        runtime.channels()
                .send(channelId, "Good morning")
                .doOnError(
                        OutcomeUnknownException.class,
                        lost -> System.err.println("Look into the history before you repeat it"))
                .subscribe();

        runtime.channels()
                .history(channelId, HistoryQuery.newest(200))
                .flatMapIterable(page -> page)
                .subscribe(message -> System.out.println(message.createdAt() + " " + message.content()));
    }

    void inbox() {
        runtime.inbox()
                .messages()
                .concatMap(letter -> runtime.inbox()
                        .send(letter.from(), "You wrote: " + letter.content())
                        .then(runtime.inbox().markRead(letter.id())))
                .subscribe();

        runtime.inbox().list(InboxQuery.newest(50).onlyUnread()).subscribe(System.out::println);
    }

    void bounties() {
        runtime.events()
                .type("bounty.new")
                .subscribe(event -> System.out.println(event.data().string("title")));
    }

    void requests(String projectId) {
        String path = ApiPath.of("/v1/projects/{id}/tasks", projectId)
                .query("limit", 20)
                .toString();

        Mono<List<Map<String, Object>>> tasks =
                runtime.connection().request("GET", path, null, new TypeReference<List<Map<String, Object>>>() {});

        runtime.connection()
                .request("GET", "/v1/some/endpoint", MyAnswer.class)
                .subscribe(
                        answer -> System.out.println(answer.data()),
                        error -> System.err.println("Request failed: " + error.getMessage()));
    }

    void requestErrors() {
        runtime.channels().get(channelId).onErrorResume(HttpStatusException.NotFound.class, gone -> Mono.empty());
    }

    void backgroundErrors() {
        runtime.errors().subscribe(error -> System.err.println("In the background: " + error.getMessage()));
    }

    void leaving() {
        runtime.drain(Duration.ofSeconds(2)).then(runtime.close()).block(Duration.ofSeconds(10));
    }

    // ---- docs/configuration.md

    void all(Mono<String> keys, LoopResources loops) {
        NookplotRuntime runtime = NookplotRuntime.builder()
                .gatewayUrl("https://gateway.nookplot.com")
                .apiKey(keys)
                .heartbeatInterval(Duration.ofSeconds(20))
                .livenessTimeout(Duration.ofSeconds(45))
                .reconnect(r -> r.unlimitedRetries().maxDelay(Duration.ofMinutes(2)))
                .http(h -> h.requestTimeout(Duration.ofSeconds(15)).rateLimitRetry(r -> r.maxRetries(2)))
                .net(n -> n.connectTimeout(Duration.ofSeconds(5))
                        .proxy(ProxyOptions.http("proxy.example", 3128))
                        .trustedCertificates(Path.of("/etc/ssl/our-ca.pem")))
                .webSocket(w -> w.maxMessageBytes(4 << 20))
                .streams(StreamOptions.of(OverflowPolicy.DROP_OLDEST).withCapacity(4096))
                .shutdownHook(true)
                .build();
    }

    void breaker(NookplotRuntimeBuilder builder) {
        builder.http(h -> h.circuitBreaker(CircuitBreaker.ofDefaults("nookplot")));
    }

    void immediate() {
        runtime.channels()
                .messages(channelId, StreamOptions.defaults().withDeliverOn(Schedulers.immediate()))
                .subscribe(message -> {
                    // on the event loop: never block here
                });
    }

    void slow() {
        runtime.subscribers()
                .forEach(subscriber -> System.out.println(subscriber.stream() + ": " + subscriber.buffered()
                        + " waiting, " + subscriber.dropped() + " dropped"));
    }

    // ---- docs/testing.md

    void gateways() {
        Mono<EmbeddedGateway> gateway =
                EmbeddedGateway.builder().rateLimits(RateLimits.realistic()).start();
    }
}
