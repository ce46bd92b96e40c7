package io.agentruntime.testkit;

import io.agentruntime.support.Secrets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** One scenario, both faces: over loopback for real, in memory in virtual time. */
@ParameterizedClass
@EnumSource(GatewayContract.Kind.class)
abstract class GatewayContract {

    enum Kind {
        LOOPBACK,
        MEMORY
    }

    @Parameter
    Kind kind;

    EmbeddedGateway gateway;
    RawClient client;
    GatewayAgent alice;
    GatewayAgent bob;
    private VirtualTimeScheduler time;

    @BeforeEach
    void startGateway() {
        start(EmbeddedGateway.builder());
    }

    /** In place of the one that runs. */
    void restartWith(EmbeddedGatewayBuilder builder) {
        closeGateway();
        start(builder);
    }

    private void start(EmbeddedGatewayBuilder builder) {
        builder.secrets(Secrets::register);
        if (kind == Kind.LOOPBACK) {
            gateway = builder.start().block(RawClient.LIMIT);
            client = new LoopbackClient(gateway.url());
        } else {
            time = VirtualTimeScheduler.create();
            gateway = builder.inMemory(time);
            client = new MemoryClient(gateway);
        }
        alice = gateway.agent("alice");
        bob = gateway.agent("bob");
    }

    @AfterEach
    void closeGateway() {
        gateway.close().block(RawClient.LIMIT);
        if (time != null) {
            time.dispose();
        }
    }

    /** Lets time pass: really over loopback, so keep it short; virtually in memory. */
    void pass(Duration duration) {
        if (kind == Kind.LOOPBACK) {
            Mono.delay(duration).block();
        } else {
            time.advanceTimeBy(duration);
        }
    }

    /** Runs a publisher that needs time to pass in memory. */
    <T> T await(Mono<T> mono, Duration virtual) {
        Mono<T> running = mono.cache();
        running.subscribe(value -> {}, error -> {});
        if (time != null) {
            time.advanceTimeBy(virtual);
        }
        return running.block(RawClient.LIMIT);
    }

    /** Waits until the gateway's books are as expected; frames of a client arrive a moment later than they are sent. */
    void eventually(java.util.function.BooleanSupplier condition) {
        if (time == null) {
            Flux.interval(Duration.ZERO, Duration.ofMillis(5))
                    .filter(tick -> condition.getAsBoolean())
                    .blockFirst(RawClient.LIMIT);
        } else if (!condition.getAsBoolean()) {
            throw new AssertionError("In memory it has to be so at once");
        }
    }

    static String json(String singleQuoted) {
        return singleQuoted.replace('\'', '"');
    }
}
