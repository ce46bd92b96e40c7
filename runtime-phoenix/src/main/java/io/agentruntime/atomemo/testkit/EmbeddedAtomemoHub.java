package io.agentruntime.atomemo.testkit;

import io.agentruntime.atomemo.HubMode;
import io.agentruntime.connection.CloseStatus;
import io.agentruntime.phoenix.testkit.ChannelHandler;
import io.agentruntime.phoenix.testkit.ClientPush;
import io.agentruntime.phoenix.testkit.ConnectReply;
import io.agentruntime.phoenix.testkit.ConnectRequest;
import io.agentruntime.phoenix.testkit.EmbeddedPhoenixServer;
import io.agentruntime.phoenix.testkit.EmbeddedPhoenixServerBuilder;
import io.agentruntime.phoenix.testkit.JoinDecision;
import io.agentruntime.phoenix.testkit.ServerChannel;
import io.agentruntime.phoenix.testkit.ServerReply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

/**
 * A plugin hub in this process, on an {@link EmbeddedPhoenixServer}: it lets plugins in, records what they register and
 * answer, asks them for things, answers their calls, and keeps files.
 *
 * <pre>{@code
 * EmbeddedAtomemoHub hub = EmbeddedAtomemoHub.start(HubMode.DEBUG).block();     // in a test, blocking is fine
 * AtomemoPlugin plugin = AtomemoPlugin.builder("my-plugin")
 *         .environment(AtomemoEnvironment.of(hub.variables()))
 *         ...
 * plugin.run().subscribe();
 * HubAnswer answer = hub.invokeTool("fetch_data", Map.of("city", "Rome")).block();
 * }</pre>
 *
 * <p>A request that has no answer yet is delivered again, under its id, whenever the plugin has come back. All methods are safe
 * for use by many threads, and none blocks.
 */
public final class EmbeddedAtomemoHub {

    /** The debug key that it accepts. */
    public static final String KEY = "hub-debug-key";

    private static final String TOPICS = "*";

    private final HubMode mode;
    private final EmbeddedPhoenixServer server;
    private final @Nullable EmbeddedFileStore store;
    private final List<JsonNode> registrations = new CopyOnWriteArrayList<>();
    private final List<HubAnswer> answers = new CopyOnWriteArrayList<>();
    private final Map<String, Asked> asked = new ConcurrentHashMap<>();
    private final Map<String, Function<JsonNode, Mono<?>>> calls = new ConcurrentHashMap<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger ignored = new AtomicInteger();
    private volatile int maxAnswerBytes = Integer.MAX_VALUE;

    /** A request that waits for its answer. */
    private record Asked(String event, Map<String, Object> payload, Sinks.One<HubAnswer> answer) {}

    private EmbeddedAtomemoHub(HubMode mode, EmbeddedPhoenixServer server, @Nullable EmbeddedFileStore store) {
        this.mode = mode;
        this.server = server;
        this.store = store;
        server.channel(TOPICS, new PluginChannel());
        if (store != null) {
            onCall("get_file_url", data -> fileUrl(store, data));
            onCall("get_upload_url", data -> uploadUrl(store, data));
        }
    }

    /**
     * Starts a hub on a free port of 127.0.0.1, for plugins of one mode, and a file store beside it. Cold: each subscription
     * starts one.
     */
    public static Mono<EmbeddedAtomemoHub> start(HubMode mode) {
        return Mono.zip(
                options(mode).start(),
                EmbeddedFileStore.start(),
                (server, store) -> new EmbeddedAtomemoHub(mode, server, store));
    }

    /**
     * A hub in memory, started, whose time and work are this scheduler's; see {@link #server()} for the way to it. It has no
     * file store: plugins transfer files over real sockets.
     */
    public static EmbeddedAtomemoHub inMemory(HubMode mode, Scheduler scheduler) {
        return new EmbeddedAtomemoHub(mode, options(mode).inMemory(scheduler), null);
    }

    private static EmbeddedPhoenixServerBuilder options(HubMode mode) {
        return EmbeddedPhoenixServer.builder()
                .path("/" + mode.wireName() + "_socket")
                .secretFields("credential", "content", "url")
                .connect(request -> knows(mode, request) ? ConnectReply.accept() : ConnectReply.refuse());
    }

    private static boolean knows(HubMode mode, ConnectRequest request) {
        return mode == HubMode.RELEASE || KEY.equals(request.params().get("api_key"));
    }

    /** The Phoenix server that it is made of: its fault switches, its records, its ways in memory. */
    public EmbeddedPhoenixServer server() {
        return server;
    }

    /**
     * Where it keeps files: it answers {@code get_file_url} and {@code get_upload_url} with addresses there, unless {@link
     * #onCall} says otherwise.
     *
     * @throws IllegalStateException when it lives in memory
     */
    public EmbeddedFileStore store() {
        if (store == null) {
            throw new IllegalStateException("A hub in memory has no file store");
        }
        return store;
    }

    /** The environment of a plugin that is to connect to it. */
    public Map<String, String> variables() {
        String address = server.url().replaceFirst("/[a-z]+_socket$", "");
        return Map.of("HUB_WS_URL", address, "HUB_MODE", mode.wireName(), "HUB_DEBUG_API_KEY", KEY, "DEBUG", "false");
    }

    // ---- Asking

    /**
     * Asks the plugin for something, and emits its answer, a good one or an error. Without a plugin that is there it waits for
     * one. Cold; each subscription is a request of its own.
     */
    public Mono<HubAnswer> ask(String event, Map<String, ?> fields) {
        return Mono.defer(() -> ask(event, Ids.next(), fields));
    }

    /** The same under an id of one's own. */
    public Mono<HubAnswer> ask(String event, String requestId, Map<String, ?> fields) {
        return Mono.defer(() -> {
            Map<String, Object> payload = new LinkedHashMap<>();
            payload.put("request_id", requestId);
            payload.putAll(fields);
            Asked request = new Asked(event, payload, Sinks.one());
            asked.put(requestId, request);
            deliver(event, payload);
            return request.answer().asMono();
        });
    }

    /** Asks for a tool to be used. */
    public Mono<HubAnswer> invokeTool(String name, Map<String, ?> parameters) {
        return ask("invoke_tool", Map.of("tool_name", name, "parameters", parameters));
    }

    /** Delivers an event without waiting for anything. */
    public void deliver(String event, Map<String, ?> payload) {
        server.channels(TOPICS).forEach(channel -> channel.push(event, payload));
    }

    private void deliverAgain(ServerChannel channel) {
        asked.values().forEach(request -> channel.push(request.event(), request.payload()));
    }

    // ---- What plugins do

    /** The definitions that plugins have registered so far, the oldest first. */
    public List<JsonNode> registrations() {
        return registrations;
    }

    /** Every answer so far, also those that came more than once, the oldest first. */
    public List<HubAnswer> answers() {
        return answers;
    }

    /** Refuses so many of the next registrations. */
    public void refuseRegistrations(int times) {
        refusals.set(times);
    }

    /** Does not answer so many of the next registrations. */
    public void ignoreRegistrations(int times) {
        ignored.set(times);
    }

    /** The largest answer that it takes. For a larger one it closes the connections with 1009, as servers do with a limit. */
    public void maxAnswerBytes(int bytes) {
        maxAnswerBytes = bytes;
    }

    private static boolean isOneOf(AtomicInteger left) {
        return left.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    }

    /** What a call of plugins to the hub is answered with: data that Jackson can write; an error refuses the call. */
    public void onCall(String event, Function<JsonNode, Mono<?>> handler) {
        calls.put(event, handler);
    }

    private final class PluginChannel implements ChannelHandler {

        @Override
        public JoinDecision join(ServerChannel channel, JsonNode params) {
            return channel.topic().startsWith(mode.wireName() + "_plugin:")
                    ? JoinDecision.ok()
                    : JoinDecision.error("unknown plugin");
        }

        @Override
        public void joined(ServerChannel channel) {
            if (mode == HubMode.RELEASE) {
                deliverAgain(channel);
            }
        }

        @Override
        public ServerReply handle(ServerChannel channel, ClientPush push) {
            if (push.event().equals("register_plugin")) {
                return register(channel, push.payload());
            }
            if (push.event().startsWith("hub_call:")) {
                call(channel, push.event().substring("hub_call:".length()), push.payload());
                return ServerReply.ok();
            }
            if (push.payload().toString().length() > maxAnswerBytes) {
                server.faults().closeAll(CloseStatus.MESSAGE_TOO_BIG, "");
                return ServerReply.none();
            }
            answered(new HubAnswer(
                    push.event(), push.payload().path("request_id").asString(""), push.payload()));
            return ServerReply.none();
        }
    }

    private ServerReply register(ServerChannel channel, JsonNode definition) {
        if (isOneOf(ignored)) {
            return ServerReply.none();
        }
        if (isOneOf(refusals)) {
            return ServerReply.error(Map.of("code", "invalid_definition", "message", "The definition is refused"));
        }
        registrations.add(definition);
        deliverAgain(channel);
        return ServerReply.ok();
    }

    private void answered(HubAnswer answer) {
        answers.add(answer);
        Asked request = asked.remove(answer.requestId());
        if (request != null) {
            request.answer().tryEmitValue(answer);
        }
    }

    private void call(ServerChannel channel, String event, JsonNode payload) {
        String id = payload.path("request_id").asString("");
        @Nullable Function<JsonNode, Mono<?>> handler = calls.get(event);
        if (handler == null) {
            channel.push("hub_call_error", refusal(id, "unknown_event", "There is no " + event));
            return;
        }
        handler.apply(payload.path("data"))
                .subscribe(
                        data -> channel.push("hub_call_response", Map.of("request_id", id, "data", data)),
                        error -> channel.push(
                                "hub_call_error", refusal(id, "failed", String.valueOf(error.getMessage()))));
    }

    private static Mono<Map<String, Object>> fileUrl(EmbeddedFileStore files, JsonNode data) {
        String resKey = data.path("res_key").asString("");
        return files.file(resKey).isPresent()
                ? Mono.just(Map.of("url", files.address(resKey)))
                : Mono.error(new NoSuchElementException("There is no file " + resKey));
    }

    private static Mono<Map<String, Object>> uploadUrl(EmbeddedFileStore files, JsonNode data) {
        String resKey = EmbeddedFileStore.newKey(
                data.path("prefixKey").asString(""), data.path("extension").asString(""));
        return Mono.just(Map.of("presigned_url", files.address(resKey), "res_key", resKey));
    }

    private static Map<String, Object> refusal(String id, String code, String message) {
        return Map.of("request_id", id, "error", Map.of("code", code, "message", message));
    }

    /** Closes for good. */
    public Mono<Void> close() {
        return store == null ? server.close() : server.close().then(store.close());
    }

    @Override
    public String toString() {
        return "EmbeddedAtomemoHub[" + server.url() + "]";
    }
}
