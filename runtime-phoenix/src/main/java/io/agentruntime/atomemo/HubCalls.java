package io.agentruntime.atomemo;

import io.agentruntime.connection.PendingReplies;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.phoenix.PhoenixChannel;
import io.agentruntime.phoenix.Reply;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** The calls to the hub that wait for their answer, which comes as an event of its own. */
final class HubCalls implements HubCaller {

    static final String RESPONSE = "hub_call_response";
    static final String ERROR = "hub_call_error";

    private final PhoenixChannel channel;
    private final FrameLog frames;
    private final Duration limit;
    private final Scheduler timer;
    private volatile PendingReplies<String, JsonPayload> pending;

    HubCalls(PhoenixChannel channel, FrameLog frames, Duration limit, Scheduler timer) {
        this.channel = channel;
        this.frames = frames;
        this.limit = limit;
        this.timer = timer;
        this.pending = new PendingReplies<>(timer);
    }

    @Override
    public Mono<JsonPayload> call(String event, Object data) {
        return Mono.defer(() -> {
            String id = newId();
            return pending.await(id, "hub_call:" + event, limit, push(event, id, data));
        });
    }

    /** It need not be hard to guess: for one that is, a JDK may have to wait. */
    private static String newId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    private Mono<Void> push(String event, String id, Object data) {
        Map<String, Object> payload = Map.of("request_id", id, "data", data);
        frames.sent(channel.topic(), "hub_call:" + event, payload);
        return channel.push("hub_call:" + event, payload, limit)
                .flatMap(reply -> reply.isOk() ? Mono.<Void>empty() : Mono.error(rejected(event, reply)))
                // A hub that does not reply to the push may yet answer the call.
                .onErrorResume(TimeLimitException.class, late -> Mono.empty());
    }

    private static HubCallException rejected(String event, Reply reply) {
        String reason =
                reply.response().isBinary() ? null : reply.response().json().string("reason");
        return new HubCallException(event, "rejected", Objects.requireNonNullElse(reason, "the push was rejected"));
    }

    /** The hub has answered one of the calls, well or badly. */
    void answered(String event, JsonPayload answer) {
        String id = answer.string("request_id");
        if (id == null) {
            return;
        }
        if (event.equals(RESPONSE)) {
            answer.field("data")
                    .ifPresentOrElse(data -> pending.answer(id, data), () -> pending.refuse(id, unreadable("data")));
        } else {
            pending.refuse(id, answer.field("error").map(HubCalls::refusal).orElseGet(() -> unreadable("error")));
        }
    }

    private static RuntimeException refusal(JsonPayload error) {
        return new HubCallException("a call", text(error.string("code")), text(error.string("message")));
    }

    private static RuntimeException unreadable(String field) {
        return new DecodeException("the hub's answer", "field '" + field + "' is missing", "", null);
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "unknown");
    }

    /** The channel is lost: the answers to what was called over it will not come. */
    void lost(Throwable cause) {
        PendingReplies<String, JsonPayload> before = pending;
        pending = new PendingReplies<>(timer);
        before.sessionEnded(cause);
    }
}
