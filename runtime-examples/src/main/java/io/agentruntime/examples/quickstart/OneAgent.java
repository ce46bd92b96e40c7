package io.agentruntime.examples.quickstart;

import io.agentruntime.nookplot.Channel;
import io.agentruntime.nookplot.ConnectResult;
import io.agentruntime.nookplot.GatewayStatus;
import io.agentruntime.nookplot.NookplotRuntime;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One agent on a real gateway: it looks around, listens for a while, and leaves. It says nothing to anybody. */
final class OneAgent {

    private final Screen screen;
    private final Duration listening;

    OneAgent(Screen screen, Duration listening) {
        this.screen = screen;
        this.listening = listening;
    }

    Mono<String> play(String gatewayUrl, String apiKey) {
        return Mono.usingWhen(
                Mono.fromSupplier(() -> NookplotRuntime.builder()
                        .gatewayUrl(gatewayUrl)
                        .apiKey(apiKey)
                        .build()),
                this::visit,
                NookplotRuntime::close);
    }

    private Mono<String> visit(NookplotRuntime runtime) {
        screen.title("One agent on the gateway");
        runtime.state().subscribe(state -> screen.state("agent", state));
        return runtime.connect()
                .flatMap(session -> lookAround(runtime, session)
                        .flatMap(seen -> listen(runtime).map(events -> seen + ", " + events + " events heard")))
                .flatMap(shown -> runtime.disconnect().thenReturn(shown + ", disconnected"));
    }

    private Mono<String> lookAround(NookplotRuntime runtime, ConnectResult session) {
        return runtime.getStatus()
                .doOnNext(status -> checkStatus(status, session))
                .then(Mono.zip(runtime.getPresence(), runtime.channels().list()))
                .map(seen -> {
                    printChannels(seen.getT2());
                    screen.line("agent", "sees " + seen.getT1().size() + " agents online");
                    return "connected, " + seen.getT1().size() + " agents and "
                            + seen.getT2().size() + " channels seen";
                });
    }

    private void checkStatus(GatewayStatus status, ConnectResult session) {
        screen.line("agent", "is " + status.address() + ", " + status.status());
        if (status.session() == null || !status.session().sessionId().equals(session.sessionId())) {
            throw new IllegalStateException("The gateway does not know of the session that it has just opened");
        }
    }

    private void printChannels(List<Channel> channels) {
        channels.stream()
                .filter(channel -> Boolean.TRUE.equals(channel.isMember()))
                .forEach(channel -> screen.line("agent", "is a member of #" + channel.slug()));
    }

    private Mono<Long> listen(NookplotRuntime runtime) {
        screen.line("agent", "listens for " + listening.toSeconds() + " s");
        return runtime.events()
                .all()
                .doOnNext(event -> screen.line("agent", "event " + Screen.quoted(event.type())))
                .takeUntilOther(Flux.interval(listening))
                .count();
    }
}
