package io.agentruntime.codebolt;

import io.agentruntime.error.SessionEndedException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The channels of this plugin, across sessions, and the ids that the server has given them. */
final class ChannelBook {

    private static final String REGISTER = "gateway.registerChannel";
    private static final String UNREGISTER = "gateway.unregisterChannel";
    private static final Set<String> ANSWERS_TO_UNREGISTER = PendingRequests.answersTo(UNREGISTER);
    private static final int AT_A_TIME = 16;

    private final CodeboltSettings settings;
    private final PluginHub hub;
    private final Queue<RegisteredChannel> channels = new ConcurrentLinkedQueue<>();
    private final ConcurrentMap<String, RegisteredChannel> byId = new ConcurrentHashMap<>();
    private final AtomicLong count = new AtomicLong();

    ChannelBook(CodeboltSettings settings, PluginHub hub) {
        this.settings = settings;
        this.hub = hub;
    }

    List<RegisteredChannel> all() {
        return List.copyOf(channels);
    }

    /** Registers a channel that is new. */
    Mono<RegisteredChannel> register(CodeboltSession session, ChannelConfig config) {
        return Mono.defer(() -> {
            RegisteredChannel channel =
                    new RegisteredChannel(config, "channel " + count.incrementAndGet(), hub, settings.streams());
            // Known before anything that follows the answer is read.
            return register(session, channel).then(Mono.fromSupplier(() -> channel));
        });
    }

    /**
     * Registers the known channels in a new session. One that fails is reported and holds up no other. Never fails, and does
     * not complete once the session has ended: whoever opens it learns of that from the session.
     */
    Mono<Void> restore(CodeboltSession session) {
        return Flux.fromIterable(all())
                .flatMap(
                        channel -> register(session, channel).onErrorResume(error -> {
                            if (error instanceof SessionEndedException) {
                                return Mono.never();
                            }
                            hub.report(error);
                            return Mono.empty();
                        }),
                        AT_A_TIME)
                .then();
    }

    private Mono<Void> register(CodeboltSession session, RegisteredChannel channel) {
        return session.request(REGISTER, Map.of("data", channel.config()), settings.registerTimeout())
                .doOnNext(answer ->
                        registered(session, channel, answer.orRefusal().text("channelId")))
                .then();
    }

    private void registered(CodeboltSession session, RegisteredChannel channel, String id) {
        if (channel.isGone()) { // unregistered while it was being registered again
            session.tell(UNREGISTER, dataOf(id)).subscribe(nothing -> {}, hub::report);
            return;
        }
        String forgotten = channel.registered(session, id);
        byId.put(id, channel);
        if (forgotten != null) {
            byId.remove(forgotten, channel);
        }
        if (!channels.contains(channel)) {
            channels.add(channel);
        }
    }

    /** Forgets a channel, and tells the server where there is a session. */
    Mono<Void> unregister(RegisteredChannel channel, Mono<CodeboltSession> session) {
        return Mono.defer(() -> {
            String id = channel.id();
            boolean known = channels.remove(channel) && channel.registered();
            channel.ids().forEach(each -> byId.remove(each, channel));
            channel.unregistered();
            return known ? session.flatMap(open -> open.tell(UNREGISTER, dataOf(id))) : Mono.empty();
        });
    }

    private static Map<String, ?> dataOf(String channelId) {
        return Map.of("data", Map.of("channelId", channelId));
    }

    static boolean isAnswerToUnregister(String type) {
        return ANSWERS_TO_UNREGISTER.contains(type);
    }

    /** What the replies for an id are told apart by: the channel that has it or had it once, or else the id itself. */
    String keyOf(String channelId) {
        RegisteredChannel channel = byId.get(channelId);
        return channel == null ? "unknown channel " + channelId : channel.key();
    }
}
