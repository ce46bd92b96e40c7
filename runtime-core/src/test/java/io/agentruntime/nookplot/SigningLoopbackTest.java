package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.SignatureVerifier;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Signing over real sockets and on real schedulers, where the guards watch for secrets and for threads that are blocked. */
class SigningLoopbackTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What the gateway took, for the test to verify: recovering a signer may block, and the gateway has event loops only. */
    private record Taken(String address, String typedData, String signature) {}

    private final Queue<Taken> taken = new ConcurrentLinkedQueue<>();
    private EmbeddedGateway gateway;
    private NookplotRuntime runtime;
    private GatewayAgent carol;

    @BeforeEach
    void start() {
        gateway = EmbeddedGateway.builder()
                .signatureVerifier(
                        (address, typedData, signature) -> taken.add(new Taken(address, typedData, signature)))
                .start()
                .block(PATIENCE);
        carol = gateway.agent("carol", SigningScenario.ADDRESS);
        runtime = gateway.runtime(carol).privateKey(SigningScenario.KEY).build();
        runtime.connect().block(PATIENCE);
    }

    @AfterEach
    void stop() {
        runtime.close().block(PATIENCE);
        gateway.close().block(PATIENCE);
    }

    @Test
    void manyCallersSignAtOnceAndNothingIsRefused() {
        GatewayChannel lobby = gateway.channel("lobby", carol);
        Flux<RelayResult> relays =
                Flux.range(0, 20).flatMap(i -> runtime.transactions().prepareSignRelay("/v1/prepare/vote", null));
        Flux<SentMessage> messages = Flux.range(0, 50)
                .flatMap(
                        i -> runtime.channels()
                                .send(lobby.id(), OutgoingMessage.text("m" + i).signed()),
                        50);

        var both = relays.collectList().zipWith(messages.collectList()).block(PATIENCE);

        assertThat(both.getT1()).hasSize(20).doesNotHaveDuplicates();
        assertThat(both.getT2()).hasSize(50);
        SignatureVerifier verifier = SigningScenario.byRecovery();
        assertThat(taken).hasSize(70).allMatch(one -> verifier.verify(one.address(), one.typedData(), one.signature()));
    }

    @Test
    void signingIsDoneOffTheEventLoop() {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        PreparedTransaction prepared =
                runtime.transactions().prepare("/v1/prepare/vote", null).block(PATIENCE);
        runtime.transactions()
                .prepare("/v1/prepare/vote", null)
                .flatMap(again -> runtime.transactions().sign(prepared))
                .doOnNext(signed -> threads.add(Thread.currentThread().getName()))
                .block(PATIENCE);

        assertThat(threads).singleElement().asString().startsWith("boundedElastic-");
    }
}
