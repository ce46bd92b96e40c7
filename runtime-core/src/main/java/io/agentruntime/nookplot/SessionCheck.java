package io.agentruntime.nookplot;

import io.agentruntime.error.HttpStatusException;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Asks now and then whether the gateway still knows the session: it may have ended it in its books while the socket goes
 * on delivering. Then the session is registered again, and the socket stays.
 */
final class SessionCheck {

    private final SessionRequests requests;
    private final EventHub hub;
    private final NookplotSession session;

    private SessionCheck(SessionRequests requests, EventHub hub, NookplotSession session) {
        this.requests = requests;
        this.hub = hub;
        this.session = session;
    }

    /** Checks {@code session} on its interval, for as long as it is subscribed; an interval of zero means never. */
    static Mono<Void> of(SessionRequests requests, EventHub hub, NookplotSession session, NookplotSettings settings) {
        Duration interval = settings.sessionCheckInterval();
        SessionCheck check = new SessionCheck(requests, hub, session);
        return interval.isZero()
                ? Mono.empty()
                : Flux.interval(interval, settings.timer())
                        .onBackpressureDrop()
                        .concatMap(tick -> check.once(), 1)
                        .then();
    }

    private Mono<Void> once() {
        return requests.heartbeat()
                .onErrorResume(HttpStatusException.NotFound.class, forgotten -> register())
                .onErrorResume(error -> Mono.fromRunnable(() -> hub.report(error)));
    }

    private Mono<Void> register() {
        return requests.connect(true)
                .doOnNext(again -> {
                    session.renewed(again);
                    hub.publishLocal(GatewayEvent.SESSION_RENEWED, Map.of("sessionId", again.sessionId()));
                })
                .then();
    }
}
