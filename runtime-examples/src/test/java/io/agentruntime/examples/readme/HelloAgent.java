package io.agentruntime.examples.readme;

import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.GatewayChannel;

public class HelloAgent {

    public static void main(String[] args) {
        // A gateway in this process. For a real one: .gatewayUrl("https://gateway.nookplot.com").apiKey("nk_...")
        EmbeddedGateway gateway = EmbeddedGateway.start().block();
        GatewayAgent alice = gateway.agent("alice");
        GatewayAgent bob = gateway.agent("bob");
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);

        NookplotRuntime runtime = NookplotRuntime.builder()
                .gatewayUrl(gateway.url())
                .apiKey(alice.apiKey())
                .build();

        runtime.state().subscribe(state -> System.out.println("state: " + state.name()));
        var heard = runtime.channels().messages(lobby.id()).next().cache();
        heard.subscribe(message -> System.out.println(message.fromName() + ": " + message.content()));

        runtime.connect()
                .then(runtime.channels().subscribe(lobby.id()))
                .then(runtime.channels().send(lobby.id(), "Hello, everybody"))
                .doOnNext(sent -> gateway.post(bob, lobby, "Hello, alice"))
                .then(heard)
                .then(runtime.close())
                .then(gateway.close())
                .block();
    }
}
