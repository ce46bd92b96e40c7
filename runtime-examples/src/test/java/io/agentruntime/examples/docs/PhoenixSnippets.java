package io.agentruntime.examples.docs;

import io.agentruntime.phoenix.ChannelState;
import io.agentruntime.phoenix.PhoenixChannel;
import io.agentruntime.phoenix.PhoenixDelays;
import io.agentruntime.phoenix.PhoenixMessage;
import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.phoenix.PhoenixTransport;
import io.agentruntime.phoenix.Presence;
import io.agentruntime.stream.Delivery;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Mono;

/** The code of the page on Phoenix, compiled. {@link DocumentsTest} compares. */
final class PhoenixSnippets {

    record Shout(String text) {}

    record Receipt(String id) {}

    record Device(String device) {}

    private PhoenixSnippets() {}

    static void hello() {
        PhoenixSocket socket = PhoenixSocket.builder()
                .url("wss://example.com/socket")
                .params(Map.of("user_id", "7"))
                .build();
        PhoenixChannel lobby = socket.channel("room:lobby", Map.of("since", "yesterday"));
        lobby.on("shout", Shout.class).subscribe(shout -> System.out.println(shout.text()));

        socket.connect()
                .then(lobby.join())
                .then(lobby.push("shout", new Shout("hello")))
                .subscribe(
                        reply -> System.out.println(reply.status()), error -> System.err.println(error.getMessage()));
    }

    static void configured(Mono<String> tokens) {
        PhoenixSocket socket = PhoenixSocket.builder()
                .url("wss://example.com/socket")
                .authToken(tokens)
                .transport(PhoenixTransport.WEBSOCKET_THEN_LONGPOLL)
                .reconnect(r -> r.strategy(PhoenixDelays.reconnect()))
                .joinTimeout(Duration.ofSeconds(20))
                .build();
    }

    static void states(PhoenixChannel channel) {
        channel.state().subscribe(state -> {
            if (state instanceof ChannelState.Errored errored) {
                System.out.println("attempt " + errored.attempt() + " in " + errored.delay() + ": " + errored.cause());
            }
        });
    }

    static void resume(PhoenixSocket socket, String token) {
        PhoenixChannel channel = socket.channel(
                "room:lobby",
                options -> options.params(Map.of("token", token))
                        .resume("last_id", message -> message.payload().json().string("id")));

        channel.deliveries().subscribe(delivery -> {
            if (delivery instanceof Delivery.Gap<PhoenixMessage> gap) {
                System.out.println("something may be missing since " + gap.from());
            }
        });
    }

    static void pushes(PhoenixChannel channel) {
        channel.push("order", Map.of("item", 7))
                .flatMap(reply -> reply.isOk()
                        ? Mono.just(reply.response().as(Receipt.class))
                        : Mono.error(new IllegalStateException("refused: " + reply.status())))
                .subscribe();

        channel.push("upload", new byte[] {1, 2, 3}).subscribe();
    }

    static void presence(PhoenixChannel channel) {
        Presence<Device> presence = channel.presence(Device.class);
        presence.state().subscribe(present -> System.out.println("there are " + present.keySet()));
        presence.joins()
                .filter(join -> join.current().isEmpty())
                .subscribe(join -> System.out.println(join.key() + " has come"));
        presence.leaves()
                .filter(leave -> leave.current().isEmpty())
                .subscribe(leave -> System.out.println(leave.key() + " has gone"));
        channel.join().subscribe();
    }
}
