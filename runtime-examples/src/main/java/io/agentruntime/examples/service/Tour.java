package io.agentruntime.examples.service;

import io.agentruntime.examples.quickstart.Screen;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpMethod;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Goes through what the service can do, over its own HTTP interface and nothing else, and checks what it sees there. */
final class Tour {

    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String GUEST = "guest";
    private static final String GREETING = "Good day, this is the guest";

    private final WebClient http;
    private final Screen screen;
    private final Flux<JsonNode> snapshots;
    private final Flux<JsonNode> events;

    Tour(String address, PrintStream out) {
        this.http = WebClient.create(address);
        this.screen = new Screen(out);
        Flux<ServerSentEvent<JsonNode>> live = stream("/api/live").publish().autoConnect(2);
        this.snapshots = dataOf(live, LiveFeed.SNAPSHOT).replay(1).autoConnect(0);
        // The tour is short, so that every event is kept.
        this.events =
                dataOf(live, LiveFeed.EVENT).doOnNext(this::print).replay().autoConnect(0);
    }

    private Flux<ServerSentEvent<JsonNode>> stream(String path) {
        return http.get().uri(path).retrieve().bodyToFlux(new ParameterizedTypeReference<>() {});
    }

    private static Flux<JsonNode> dataOf(Flux<ServerSentEvent<JsonNode>> live, String name) {
        return live.filter(event -> name.equals(event.event())).mapNotNull(ServerSentEvent::data);
    }

    /** Blocks until it is over. */
    String go() {
        return connected()
                .then(Mono.defer(this::online))
                .then(Mono.defer(this::anotherAgent))
                .then(Mono.defer(this::talk))
                .then(Mono.defer(() -> fault(Fault.DROP, "Every socket breaks")))
                .then(Mono.defer(() -> fault(Fault.HALF_OPEN, "Every socket falls silent, and stays open")))
                .then(Mono.defer(() -> fault(Fault.RATE_LIMIT, "The gateway asks for patience: 429")))
                .then(Mono.defer(this::patienceWasHad))
                .then(Mono.defer(() -> fault(Fault.RESTART, "The gateway is restarted")))
                .then(Mono.defer(this::refilled))
                .flatMap(refilled -> slowWorkers()
                        .then(Mono.defer(this::everybodyLeaves))
                        .map(agents ->
                                agents + " agents connected, lost their sockets, found dead ones, waited out a 429"
                                        + " and came back from a restart, each time all of them; " + refilled
                                        + " missed messages were refilled, slow workers' buffers filled and dropped,"
                                        + " and all of them left"))
                .blockOptional(LIMIT)
                .orElseThrow();
    }

    private Mono<Void> connected() {
        screen.title("A fleet connects");
        return snapshot("all agents connected", seen -> agents(seen).size() > 1 && allConnected(seen))
                .doOnNext(seen -> line(agents(seen).size() + " agents are connected"))
                .then();
    }

    /** The service's own agent, which is no part of the fleet, asks the gateway. */
    private Mono<Void> online() {
        screen.title("Who is online, as the service's own agent sees it");
        return waited(
                        http.get()
                                .uri("/api/online")
                                .retrieve()
                                .bodyToFlux(JsonNode.class)
                                .map(agent -> agent.path("displayName").asString("?"))
                                .collectList()
                                .flatMap(online -> online.size() > 1 ? Mono.just(online) : Mono.empty())
                                .repeatWhenEmpty(times -> times.delayElements(Duration.ofMillis(100))),
                        "see agents online")
                .doOnNext(online -> line("sees " + online))
                .then();
    }

    private Mono<Void> anotherAgent() {
        screen.title("Another agent joins");
        return call(HttpMethod.PUT, "/api/agents/" + GUEST)
                .then(snapshot(
                        "the guest connected",
                        seen -> agents(seen).stream()
                                .anyMatch(agent -> id(agent).equals(GUEST)
                                        && agent.path("state").asString().equals("connected"))))
                .then();
    }

    /** The guest says something, and another agent's stream has it. */
    private Mono<Void> talk() {
        screen.title("It says something, and is heard");
        return snapshot("an agent", seen -> !agents(seen).isEmpty()).flatMap(seen -> {
            String listener = id(agents(seen).get(0));
            Mono<JsonNode> heard = dataOf(stream("/api/agents/" + listener + "/messages"), "message")
                    .filter(message -> message.path("content").asString().equals(GREETING))
                    .next();
            // Said until it is heard: the listener may not be listening yet.
            Flux<JsonNode> said = Flux.interval(Duration.ZERO, Duration.ofSeconds(1))
                    .onBackpressureDrop()
                    .concatMap(tick -> http.post()
                            .uri("/api/agents/" + GUEST + "/messages")
                            .bodyValue(Map.of("text", GREETING))
                            .retrieve()
                            .bodyToMono(JsonNode.class));
            return waited(heard.takeUntilOther(said.ignoreElements()), "be heard")
                    .doOnNext(message -> line(listener + " hears "
                            + Screen.quoted(message.path("content").asString())))
                    .then();
        });
    }

    /** Afterwards each agent has had another session, and a gap. */
    private Mono<Void> fault(Fault fault, String title) {
        return snapshot("all agents connected", Tour::allConnected).flatMap(before -> {
            screen.title(title);
            long began = System.nanoTime();
            Map<String, JsonNode> then = byId(before);
            return call(HttpMethod.POST, "/api/faults/" + fault.path())
                    .then(snapshot(
                            "all agents connected again, with a gap each",
                            seen -> allConnected(seen)
                                    && agents(seen).stream()
                                            .allMatch(agent -> more(agent, then, "sessions") > 0
                                                    && more(agent, then, "gaps") > 0)))
                    .doOnNext(seen -> line("all are back after "
                            + Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms"))
                    .then();
        });
    }

    /** Nobody has come back before the gateway wanted it. */
    private Mono<Void> patienceWasHad() {
        return waited(
                        events.filter(event -> event.path("cause").asString("").contains("HTTP 429")
                                        && event.path("delayMillis").asLong() >= Playground.RETRY_AFTER.toMillis())
                                .next(),
                        "see an agent wait as long as the gateway wanted")
                .doOnNext(event -> line(event.path("agent").asString() + " has waited for "
                        + event.path("delayMillis").asLong() + " ms, as it was told"))
                .then();
    }

    private Mono<Long> refilled() {
        return snapshot(
                        "what was missed refilled",
                        seen -> agents(seen).stream()
                                .allMatch(agent -> agent.path("refilled").asLong() > 0))
                .map(seen -> sum(seen, agent -> agent.path("refilled").asLong()))
                .doOnNext(messages -> line(messages + " messages were refilled from the channel's history"));
    }

    private Mono<Void> slowWorkers() {
        screen.title("The agents become slow, and the channel busy");
        return put("/api/work", Map.of("millis", 200))
                .then(put("/api/traffic", Map.of("perSecond", 500)))
                .then(snapshot(
                        "full buffers that drop the oldest",
                        seen -> agents(seen).stream()
                                .allMatch(agent -> agent.path("dropped").asLong() > 0)))
                .doOnNext(seen ->
                        line(sum(seen, agent -> agent.path("dropped").asLong()) + " messages are dropped, and counted"))
                .then(put("/api/traffic", Map.of("perSecond", 10)))
                .then(put("/api/work", Map.of("millis", 0)))
                .then(snapshot(
                        "empty buffers",
                        seen -> sum(seen, agent -> agent.path("buffered").asLong()) < 50))
                .then();
    }

    private Mono<Integer> everybodyLeaves() {
        screen.title("Everybody leaves");
        return snapshot("the fleet", seen -> true)
                .map(Tour::agents)
                .flatMap(all -> Flux.fromIterable(all)
                        .flatMap(agent -> call(HttpMethod.DELETE, "/api/agents/" + id(agent)))
                        .then(snapshot(
                                "an empty fleet and no socket but the service's own",
                                seen -> agents(seen).isEmpty()
                                        && seen.path("gateway").path("sockets").asInt() <= 1))
                        .thenReturn(all.size()));
    }

    private Mono<Void> call(HttpMethod method, String path) {
        return http.method(method).uri(path).retrieve().toBodilessEntity().then();
    }

    private Mono<Void> put(String path, Map<String, ?> body) {
        return http.put()
                .uri(path)
                .bodyValue(body)
                .retrieve()
                .toBodilessEntity()
                .then();
    }

    /** The first snapshot that is as it should be, the latest one included. */
    private Mono<JsonNode> snapshot(String what, Predicate<JsonNode> wanted) {
        return waited(snapshots.filter(wanted).next(), "see " + what);
    }

    private static <T> Mono<T> waited(Mono<T> event, String what) {
        IllegalStateException late = new IllegalStateException("The tour did not " + what + " within " + PATIENCE);
        return event.timeout(PATIENCE, Mono.error(late)).switchIfEmpty(Mono.error(late));
    }

    private static List<JsonNode> agents(JsonNode snapshot) {
        return StreamSupport.stream(snapshot.path("agents").spliterator(), false)
                .toList();
    }

    private static Map<String, JsonNode> byId(JsonNode snapshot) {
        return agents(snapshot).stream().collect(Collectors.toMap(Tour::id, agent -> agent));
    }

    private static String id(JsonNode agent) {
        return agent.path("id").asString();
    }

    private static boolean allConnected(JsonNode snapshot) {
        return agents(snapshot).stream()
                .allMatch(agent -> agent.path("state").asString().equals("connected"));
    }

    private static long more(JsonNode agent, Map<String, JsonNode> before, String field) {
        return agent.path(field).asLong()
                - Objects.requireNonNull(before.get(id(agent))).path(field).asLong();
    }

    private static long sum(JsonNode snapshot, ToLongFunction<JsonNode> value) {
        return agents(snapshot).stream().mapToLong(value).sum();
    }

    private void print(JsonNode event) {
        String who = event.path("agent").asString();
        switch (event.path("kind").asString()) {
            case "state" -> screen.line(who, describe(event));
            case "gap" -> screen.line(who, "hears of a gap");
            case "refill" -> screen.line(who, "gets " + event.path("messages").asInt() + " missed messages");
            default -> screen.line(who, event.path("kind").asString());
        }
    }

    private static String describe(JsonNode event) {
        String state = event.path("state").asString();
        return event.path("attempt").isNull()
                ? state
                : state + ", attempt " + event.path("attempt").asInt() + " in "
                        + event.path("delayMillis").asLong() + " ms: "
                        + event.path("cause").asString();
    }

    private void line(String what) {
        screen.line("tour", what);
    }
}
