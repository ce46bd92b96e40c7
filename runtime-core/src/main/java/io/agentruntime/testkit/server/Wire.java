package io.agentruntime.testkit.server;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.http.HttpReply;
import io.agentruntime.testkit.server.HttpOutcome.HangUp;
import io.agentruntime.testkit.server.HttpOutcome.Streamed;
import io.agentruntime.testkit.server.HttpOutcome.Torn;
import io.agentruntime.testkit.server.HttpOutcome.Whole;
import io.agentruntime.testkit.server.WireFaultBook.BreakPoint;
import io.agentruntime.testkit.server.WireFaultBook.HttpRule;
import java.io.EOFException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Between the faces and the protocol: takes requests, handshakes and sockets through the fault switches. */
final class Wire {

    private static final Logger log = LoggerFactory.getLogger(Wire.class);

    final Confined confined;
    final ServerSettings settings;
    final Scheduler scheduler;
    final WireFaultBook faults;

    private final ServerProtocol protocol;
    private final Set<ServerSocket> sockets = new LinkedHashSet<>();
    private int lastNumber;
    private boolean running;

    Wire(ServerProtocol protocol, Confined confined, ServerSettings settings, Scheduler scheduler) {
        this.protocol = protocol;
        this.confined = confined;
        this.settings = settings;
        this.scheduler = scheduler;
        this.faults = new WireFaultBook(settings.fragmentBytes());
    }

    // Handshakes and sockets

    /** Cold; the protocol does not see a handshake that is cancelled while it is stalled. */
    Mono<Handshake> handshake(ServerRequest request) {
        return Mono.defer(() -> {
                    Mono<Void> gate = confined.get(() -> {
                        protocol.arrived(request);
                        return faults.upgradeGate();
                    });
                    return gate.then(Mono.defer(() -> confined.get(() -> decide(request))));
                })
                .onErrorResume(RuntimeException.class, e -> {
                    log.warn("An embedded server failed at a handshake", e);
                    return Mono.just(protocol.refusal(500));
                })
                .defaultIfEmpty(new Handshake.Drop());
    }

    private Mono<Handshake> decide(ServerRequest request) {
        int refusal = faults.nextRefusal();
        return refusal == 0 ? protocol.handshake(request) : Mono.just(protocol.refusal(refusal));
    }

    ServerSocket opened(Handshake.Accept accepted, SocketPort port) {
        return confined.get(() -> {
            ServerSocket socket = new ServerSocket(this, port, ++lastNumber);
            if (!running) {
                socket.cut();
                return socket;
            }
            sockets.add(socket);
            if (faults.pongsStopped) {
                socket.answerPings(false);
            }
            if (faults.halfOpen) {
                socket.freeze(true);
            }
            if (faults.dropAfterAccept) {
                socket.cut();
            }
            socket.handler(accepted.opened().apply(socket));
            return socket;
        });
    }

    /** Within a change. */
    void removed(ServerSocket socket) {
        sockets.remove(socket);
    }

    /** Within a change. */
    List<ServerSocket> sockets() {
        return List.copyOf(sockets);
    }

    // HTTP

    /** Cold; the protocol does not see a request that is cancelled while it is stalled or delayed. */
    Mono<HttpOutcome> http(ServerRequest request) {
        return Mono.defer(() -> {
                    Mono<Void> gate = confined.get(() -> {
                        protocol.arrived(request);
                        return faults.httpGate(request);
                    });
                    return gate.then(Mono.defer(() -> delay(request)))
                            .then(Mono.defer(() -> confined.get(() -> act(request))));
                })
                .onErrorResume(RuntimeException.class, e -> {
                    log.warn("An embedded server failed at {}", request, e);
                    return Mono.just(new Whole(protocol.failure(500)));
                })
                .defaultIfEmpty(new HangUp());
    }

    private Mono<Void> delay(ServerRequest request) {
        Duration delay = confined.get(() -> faults.delay(request));
        return delay.isZero() ? Mono.empty() : Mono.delay(delay, scheduler).then();
    }

    private Mono<HttpOutcome> act(ServerRequest request) {
        HttpRule rule = faults.nextRule(request);
        if (rule == null) {
            return protocol.http(request);
        }
        if (rule.instead() != null) {
            return Mono.just(new Whole(rule.instead().get()));
        }
        if (rule.breakPoint() == BreakPoint.BEFORE_ACTING) {
            return Mono.just(new HangUp());
        }
        return protocol.http(request)
                .map(outcome -> rule.breakPoint() == BreakPoint.MID_ANSWER ? torn(outcome) : new HangUp());
    }

    private static HttpOutcome torn(HttpOutcome outcome) {
        if (outcome instanceof Whole whole) {
            return new Torn(whole.reply());
        }
        if (outcome instanceof Streamed streamed) {
            Flux<byte[]> body = streamed.body().take(1).concatWith(Flux.error(new EOFException("torn")));
            return new Streamed(streamed.status(), streamed.headers(), body);
        }
        return outcome;
    }

    HttpReply failure(int status) {
        return protocol.failure(status);
    }

    // Life

    void up() {
        confined.run(() -> running = true);
    }

    /** Ends every socket: in good order when there is a goodbye and the socket is not dead, else with a cut. */
    void down(@Nullable CloseStatus goodbye) {
        confined.run(() -> {
            running = false;
            for (ServerSocket socket : sockets()) {
                if (goodbye != null && !faults.halfOpen && !socket.isFrozenForGood()) {
                    socket.close(goodbye.code(), goodbye.reason());
                } else {
                    socket.cut();
                }
            }
            protocol.stopped();
        });
    }
}
