package io.agentruntime.examples.chatroom;

import io.agentruntime.examples.quickstart.Screen;
import io.agentruntime.phoenix.PhoenixChannel;
import io.agentruntime.phoenix.PhoenixSocket;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One client on a real server: it joins a room, listens for a while, and leaves. It says nothing to anybody. */
final class OneGuest {

    private final Screen screen;
    private final Duration listening;

    OneGuest(Screen screen, Duration listening) {
        this.screen = screen;
        this.listening = listening;
    }

    Mono<String> visit(String url, String topic) {
        return Mono.usingWhen(
                Mono.fromSupplier(() -> PhoenixSocket.builder().url(url).build()),
                socket -> visit(socket, topic),
                PhoenixSocket::close);
    }

    private Mono<String> visit(PhoenixSocket socket, String topic) {
        screen.title("One client in " + topic);
        PhoenixChannel room = socket.channel(topic);
        socket.state().subscribe(state -> screen.state("guest", state));
        room.state().subscribe(state -> screen.line("guest", "is " + state.name()));
        return socket.connect()
                .then(socket.ping())
                .doOnNext(took -> screen.line("guest", "has its ping answered after " + took.toMillis() + " ms"))
                .then(room.join())
                .then(Mono.defer(() -> listen(room)))
                .flatMap(heard -> room.leave()
                        .then(socket.disconnect())
                        .thenReturn(
                                "connected, joined " + topic + ", " + heard + " messages heard, left, disconnected"));
    }

    private Mono<Long> listen(PhoenixChannel room) {
        screen.line("guest", "listens for " + listening.toSeconds() + " s");
        return room.messages()
                .doOnNext(message -> screen.line("guest", "hears " + Screen.quoted(message.event())))
                .takeUntilOther(Flux.interval(listening))
                .count();
    }
}
