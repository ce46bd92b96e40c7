package io.agentruntime.codebolt;

import io.agentruntime.connection.ConnectionEngine;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Between the platform and the agents: messages go in, replies come out. */
public final class Gateway {

    private static final String ROUTE = "gateway.route";
    private static final String ROUTE_ACK = "gateway.routeAck";

    private final CodeboltSettings settings;
    private final ConnectionEngine<CodeboltSession> engine;
    private final PluginHub hub;
    private final ChannelBook channels;

    Gateway(CodeboltSettings settings, ConnectionEngine<CodeboltSession> engine, PluginHub hub, ChannelBook channels) {
        this.settings = settings;
        this.engine = engine;
        this.hub = hub;
        this.channels = channels;
    }

    private Mono<CodeboltSession> session() {
        return engine.session(settings.sendPatience());
    }

    /**
     * Routes a message to an agent. Emits what became of it, which may be that it failed: see {@link
     * RoutingResult#success()}. The agent's answer comes later, by {@link #replies()}.
     *
     * <p>Errors: {@link io.agentruntime.error.NotConnectedException} when there is no session (within {@code sendPatience},
     * by default at once); {@link io.agentruntime.error.SessionEndedException} when the connection was lost before the
     * answer, so that the message may have been routed or not; {@link io.agentruntime.error.TimeLimitException} after {@code
     * requestTimeout}; {@link io.agentruntime.error.DecodeException} when the answer cannot be read.
     */
    public Mono<RoutingResult> route(GatewayMessage message) {
        return session()
                .flatMap(session -> session.request(ROUTE, Map.of("data", message), settings.requestTimeout()))
                .map(RoutingResult::read);
    }

    /**
     * Registers a channel, and again after every reconnect, before the state turns {@code Connected}. The handle stays the
     * same. Registering again what the server refuses then is reported by {@link CodeboltPlugin#errors()} and tried with the
     * next session.
     *
     * <p>Errors: {@link io.agentruntime.error.RequestRefusedException}; {@link io.agentruntime.error.TimeLimitException}
     * after {@code registerTimeout}; else as {@link #route}. After an error the channel is not registered again.
     */
    public Mono<RegisteredChannel> registerChannel(ChannelConfig config) {
        return session().flatMap(session -> channels.register(session, config));
    }

    /**
     * Forgets a channel and completes its streams at once; where there is a session, the server is told. Completes when the
     * message was handed to the socket: not every server answers it. A refusal is reported by {@link
     * CodeboltPlugin#errors()}.
     */
    public Mono<Void> unregisterChannel(RegisteredChannel channel) {
        return channels.unregister(channel, session());
    }

    /** The channels that are registered, or will be as soon as there is a session. */
    public List<RegisteredChannel> channels() {
        return channels.all();
    }

    /** {@link #replies(StreamOptions)} with the plugin's default options. */
    public Flux<GatewayReply> replies() {
        return replies(settings.streams());
    }

    /**
     * What agents reply, for whichever channel. Hot: a subscriber gets what comes after it. Outlives reconnects, ends with an
     * error when the connection is given up, completes when the plugin is closed. {@link ReplyRouter} delivers them.
     */
    public Flux<GatewayReply> replies(StreamOptions options) {
        return hub.replies.all(options);
    }

    /** {@link #messagesToChannel(StreamOptions)} with the plugin's default options. */
    public Flux<ChannelMessage> messagesToChannel() {
        return messagesToChannel(settings.streams());
    }

    /** What agents say without having been asked. As {@link #replies(StreamOptions)}. */
    public Flux<ChannelMessage> messagesToChannel(StreamOptions options) {
        return hub.channelMessages.flux(options);
    }

    /**
     * Handles every reply from now on: those of a conversation in order and one at a time, conversations side by side, each
     * reply once. An error of the handler is reported by {@link CodeboltPlugin#errors()} and ends nothing. What takes longer
     * than 30 s is cancelled and fails; a {@link ReplyRouter} may have another limit. With {@code acknowledgeReplies} the
     * server is told of the outcome.
     *
     * @param handler subscribed once for each reply
     * @return dispose to stop
     */
    public Disposable onReply(Function<GatewayReply, ? extends Mono<Void>> handler) {
        return onReply(ReplyRouter.builder(handler)
                .maxAttempts(1)
                .deliverOn(settings.streams().deliverOn())
                .timer(settings.timer())
                .build());
    }

    /** Handles every reply from now on as the router says, with its retries. Otherwise as {@link #onReply(Function)}. */
    public Disposable onReply(ReplyRouter router) {
        // A subscription that ended because of a full buffer or a given up connection begins again.
        return router.route(replies().doOnError(hub::report).retry())
                .concatMap(this::handled)
                .subscribe();
    }

    private Mono<Void> handled(ReplyOutcome outcome) {
        outcome.error().ifPresent(hub::report);
        if (!settings.acknowledgeReplies()) {
            return Mono.empty();
        }
        return engine.session(Duration.ZERO)
                .flatMap(session -> session.tell(ROUTE_ACK, acknowledgement(outcome)))
                .onErrorResume(error -> Mono.fromRunnable(() -> hub.report(error)));
    }

    private static Map<String, ?> acknowledgement(ReplyOutcome outcome) {
        GatewayReply reply = outcome.reply();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("channelId", reply.replyTo().channelId());
        data.put("threadId", reply.threadId());
        data.put("instanceId", reply.instanceId());
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("success", outcome.error().isEmpty());
        outcome.error().ifPresent(error -> body.put("error", String.valueOf(error.getMessage())));
        body.put("data", data);
        return body;
    }
}
