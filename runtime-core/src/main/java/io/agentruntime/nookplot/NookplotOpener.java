package io.agentruntime.nookplot;

import io.agentruntime.connection.Attempt;
import io.agentruntime.connection.SessionOpener;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.http.ApiPath;
import io.agentruntime.net.SecretUri;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * Opens a session in the gateway's order: register it, get a ticket, open the WebSocket, wait for the welcome, restore the
 * subscriptions. Each step has a limit of its own; each leaves behind how to take it back.
 */
final class NookplotOpener implements SessionOpener<NookplotSession> {

    private final NookplotSettings settings;
    private final SessionRequests requests;
    private final Subscriptions subscriptions;
    private final Function<NookplotSession, PipeListener> frames;
    private final Consumer<NookplotSession> onRetired;

    /**
     * @param frames what reads the frames of a session
     * @param onRetired called for each session that stops receiving
     */
    NookplotOpener(
            NookplotSettings settings,
            SessionRequests requests,
            Subscriptions subscriptions,
            Function<NookplotSession, PipeListener> frames,
            Consumer<NookplotSession> onRetired) {
        this.settings = settings;
        this.requests = requests;
        this.subscriptions = subscriptions;
        this.frames = frames;
        this.onRetired = onRetired;
    }

    @Override
    public Mono<NookplotSession> open(Attempt attempt) {
        return registerSession(attempt)
                .flatMap(registered ->
                        requests.ticket(attempt.single()).flatMap(ticket -> openSocket(attempt, registered, ticket)))
                .flatMap(session -> welcome(session)
                        .then(session.orEnd(subscriptions.restore(session)))
                        .thenReturn(session));
    }

    private Mono<ConnectResult> registerSession(Attempt attempt) {
        // What an attempt before this one has registered, or a session that was lost, is in the gateway's books still.
        attempt.onAbandon(last -> last ? requests.disconnectLast() : Mono.empty());
        return requests.connect(attempt.single())
                // When another attempt follows, its registration ends this one.
                .doOnNext(registered ->
                        attempt.onAbandon(last -> last ? requests.disconnect(registered.sessionId()) : Mono.empty()));
    }

    private Mono<NookplotSession> openSocket(Attempt attempt, ConnectResult registered, SessionRequests.Ticket ticket) {
        NookplotSession session = new NookplotSession(registered, settings, requests, onRetired);
        return settings.pipes()
                .connect(PipeRequest.to(address(ticket)), frames.apply(session))
                .doOnNext(pipe -> {
                    session.attach(pipe);
                    attempt.onAbandon(last -> session.closePipe());
                })
                .thenReturn(session);
    }

    private Mono<Void> welcome(NookplotSession session) {
        Duration limit = settings.handshakeTimeout();
        return session.welcome()
                .timeout(
                        limit,
                        Mono.error(() -> new TimeLimitException("The gateway's welcome", limit)),
                        settings.timer());
    }

    private SecretUri address(SessionRequests.Ticket ticket) {
        return settings.gateway()
                .webSocket(ApiPath.of("/ws/runtime")
                        .query("ticket", ticket.ticket())
                        .toString());
    }
}
