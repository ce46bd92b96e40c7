package io.agentruntime.octavus;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/** Configures an {@link OctavusChat}. Everything has a default. */
public final class OctavusChatBuilder {

    private final OctavusTransport transport;
    private final Map<String, ToolHandler> handlers = new HashMap<>();
    private final Set<String> interactive = new HashSet<>();
    private Duration toolTimeout = Duration.ofMinutes(1);
    private int toolConcurrency = 4;
    private List<ChatMessage> messages = List.of();
    private StreamOptions streams = StreamOptions.defaults();
    private Supplier<String> ids = uniqueIds();
    private Scheduler timer = Schedulers.parallel();
    private JsonCodec json = JsonCodec.create();

    OctavusChatBuilder(OctavusTransport transport) {
        this.transport = transport;
    }

    private static Supplier<String> uniqueIds() {
        String chat = Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36);
        AtomicLong last = new AtomicLong();
        return () -> chat + "-" + last.incrementAndGet();
    }

    /** A tool of the client that answers by itself. Its handler is called on the scheduler of {@code streams}. */
    public OctavusChatBuilder clientTool(String name, ToolHandler handler) {
        checkFree(name);
        handlers.put(name, handler);
        return this;
    }

    /** A tool of the client that the user answers: {@link OctavusChat#submit} or {@link OctavusChat#cancel}. */
    public OctavusChatBuilder interactiveTool(String name) {
        checkFree(name);
        interactive.add(name);
        return this;
    }

    private void checkFree(String name) {
        if (handlers.containsKey(name) || interactive.contains(name)) {
            throw new InvalidOptionException("clientTool", name, "must be given once");
        }
    }

    /** The longest that a handler takes for one call; default 1 min. The agent is told when it took longer. */
    public OctavusChatBuilder toolTimeout(Duration limit) {
        this.toolTimeout = Checks.positive("toolTimeout", limit);
        return this;
    }

    /** How many calls of one request are answered by handlers at a time; default 4. */
    public OctavusChatBuilder toolConcurrency(int calls) {
        this.toolConcurrency = Checks.atLeast("toolConcurrency", calls, 1);
        return this;
    }

    /** What was said before; default nothing. */
    public OctavusChatBuilder messages(List<ChatMessage> earlier) {
        this.messages = List.copyOf(earlier);
        return this;
    }

    /** How subscribers are served; default {@link StreamOptions#defaults()}. Snapshots are never queued: only the newest counts. */
    public OctavusChatBuilder streams(StreamOptions options) {
        this.streams = options;
        return this;
    }

    /** Where the ids of messages come from that the server does not name; default random. */
    public OctavusChatBuilder ids(Supplier<String> generator) {
        this.ids = generator;
        return this;
    }

    /** Where limits and the time of messages come from; default {@link Schedulers#parallel()}. */
    public OctavusChatBuilder timer(Scheduler scheduler) {
        this.timer = scheduler;
        return this;
    }

    /** The Jackson mapper that reads objects; default {@link JsonCodec#create()}. */
    public OctavusChatBuilder jsonMapper(JsonMapper mapper) {
        this.json = JsonCodec.of(mapper);
        return this;
    }

    /** The chat. */
    public OctavusChat build() {
        ChatState initial = new ChatState(ChatStatus.IDLE, PersistentList.of(messages), null, null, List.of(), null);
        ClientTools tools = new ClientTools(
                Map.copyOf(handlers),
                Set.copyOf(interactive),
                toolTimeout,
                toolConcurrency,
                streams.deliverOn(),
                timer);
        return new OctavusChat(new ChatSettings(transport, tools, initial, streams, ids, timer, json));
    }
}
