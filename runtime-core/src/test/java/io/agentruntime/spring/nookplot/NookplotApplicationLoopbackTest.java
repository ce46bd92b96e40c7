package io.agentruntime.spring.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.spring.ConnectionStateChanged;
import io.agentruntime.spring.RuntimeConnection.Subscription;
import io.agentruntime.spring.RuntimeSupportAutoConfiguration;
import io.agentruntime.spring.RuntimesEndpoint;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.netty.resources.LoopResources;

/** An application with a runtime and a real gateway, from start to stop. */
class NookplotApplicationLoopbackTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private EmbeddedGateway gateway;
    private GatewayAgent alice;
    private ApplicationContextRunner context;

    @BeforeEach
    void startGateway() {
        gateway = EmbeddedGateway.start().block(PATIENCE);
        alice = gateway.agent("alice");
        context = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LifecycleAutoConfiguration.class,
                        EndpointAutoConfiguration.class,
                        RuntimeSupportAutoConfiguration.class,
                        NookplotAutoConfiguration.class))
                .withBean(Heard.class)
                .withBean(NookplotRuntimeCustomizer.class, () -> (name, builder) -> builder.random(() -> 0))
                .withPropertyValues(
                        "nookplot.gateway-url=" + gateway.url(),
                        "nookplot.api-key=" + alice.apiKey(),
                        "nookplot.reconnect.initial-delay=10ms",
                        "nookplot.reconnect.max-delay=20ms",
                        "management.endpoints.web.exposure.include=runtimes");
    }

    @AfterEach
    void stopGateway() {
        gateway.close().block(PATIENCE);
    }

    /** Hears every event of the application. */
    static final class Heard {

        final List<String> states = new CopyOnWriteArrayList<>();
        final Sinks.Many<ConnectionStateChanged> events = Sinks.many().replay().all();

        @EventListener
        @Order(1)
        void on(ConnectionStateChanged event) {
            states.add(event.state().name());
            events.tryEmitNext(event);
        }

        ConnectionStateChanged await(Class<?> state) {
            return events.asFlux()
                    .filter(event -> state.isInstance(event.state()))
                    .blockFirst(PATIENCE);
        }

        List<String> states() {
            return List.copyOf(states);
        }
    }

    @Test
    void itConnectsAtTheStartAndDisconnectsInGoodOrderAtTheStop() {
        Heard[] heard = new Heard[1];
        context.run(application -> {
            heard[0] = application.getBean(Heard.class);
            ConnectionStateChanged connected = heard[0].await(Connected.class);

            assertThat(connected.protocol()).isEqualTo("nookplot");
            assertThat(connected.name()).isEqualTo("default");
            assertThat(connected.runtime()).isSameAs(application.getBean(NookplotRuntime.class));
            assertThat(gateway.session(alice)).isPresent();
        });

        // Published before the context has closed.
        assertThat(heard[0].states()).containsExactly("connecting", "connected", "disconnected");
        assertThat(gateway.frames(alice)).anyMatch(frame -> frame.text().equals("1000 client disconnect"));
        assertThat(gateway.session(alice)).isEmpty();
    }

    @Test
    void aGatewayThatIsAwayKeepsNoApplicationFromStarting() {
        gateway.stop(Shutdown.CLEAN).block(PATIENCE);

        context.run(application -> {
            assertThat(application).hasNotFailed();
            Heard heard = application.getBean(Heard.class);
            heard.events
                    .asFlux()
                    .filter(event -> event.state() instanceof Reconnecting retry && retry.attempt() > 12)
                    .blockFirst(PATIENCE);
            assertThat(health(application.getBean(ReactiveHealthIndicator.class))
                            .getStatus())
                    .isEqualTo(Status.OUT_OF_SERVICE);

            gateway.startAgain().block(PATIENCE);

            heard.await(Connected.class);
            await(() -> health(application.getBean(ReactiveHealthIndicator.class))
                    .getStatus()
                    .equals(Status.UP));
        });
    }

    @Test
    void aRefusedKeyIsDownAndSaysWhy() {
        context.withPropertyValues("nookplot.api-key=nk_S3CR3T_of_nobody").run(application -> {
            ReactiveHealthIndicator indicator = application.getBean(ReactiveHealthIndicator.class);

            await(() -> "failed".equals(health(indicator).getDetails().get("state")));

            Health health = health(indicator);
            assertThat(health.getStatus()).isEqualTo(Status.DOWN);
            assertThat(health.getDetails()).containsKey("since");
            assertThat(health.getDetails().get("lastError").toString())
                    .contains("401")
                    .doesNotContain("S3CR3T");
        });
    }

    @Test
    void healthAndTheEndpointTellWhereItStands() {
        GatewayChannel lobby = gateway.channel("lobby", alice);
        context.run(application -> {
            application.getBean(Heard.class).await(Connected.class);
            NookplotRuntime runtime = application.getBean(NookplotRuntime.class);
            runtime.channels().messages(lobby.id()).subscribe();
            runtime.channels().subscribe(lobby.id()).block(PATIENCE);

            RuntimesEndpoint.Runtimes runtimes =
                    application.getBean(RuntimesEndpoint.class).runtimes();

            assertThat(runtimes.runtimes()).singleElement().satisfies(shown -> {
                assertThat(shown.connection().state()).isEqualTo("connected");
                assertThat(shown.connection().session())
                        .isEqualTo(gateway.session(alice).orElseThrow().id());
                assertThat(shown.subscriptions()).containsExactly(new Subscription(lobby.id(), "subscribed"));
                assertThat(shown.subscribers())
                        .anySatisfy(reader -> assertThat(reader.capacity()).isEqualTo(1024));
            });
            assertThat(application.getBean(RuntimesEndpoint.class).runtime("nookplot", "default"))
                    .isNotNull();
            assertThat(application.getBean(RuntimesEndpoint.class).runtime("nookplot", "nobody"))
                    .isNull();
        });
    }

    @Test
    void aListenerThatThrowsHearsTheNextEventAllTheSame() {
        context.withBean(Grumpy.class).run(application -> {
            application.getBean(Heard.class).await(Connected.class);
            application.getBean(NookplotRuntime.class).disconnect().block(PATIENCE);
            application.getBean(Heard.class).await(Disconnected.class);
        });
    }

    static final class Grumpy {

        @EventListener
        @Order(2)
        void on(ConnectionStateChanged event) {
            throw new IllegalStateException("I do not want to hear of it");
        }
    }

    @Test
    void theMetersOfTheApplicationKnowTheRuntimeByItsName() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        context.withBean(MeterRegistry.class, () -> meters).run(application -> {
            application.getBean(Heard.class).await(Connected.class);

            assertThat(meters.get("agentruntime.connections")
                            .tags("runtime", "default", "protocol", "nookplot", "state", "connected")
                            .gauge()
                            .value())
                    .isOne();
        });
        assertThat(meters.getMeters()).isEmpty();
    }

    @Test
    void withoutAutoConnectItWaitsToBeTold() {
        context.withPropertyValues("nookplot.auto-connect=false").run(application -> {
            assertThat(health(application.getBean(ReactiveHealthIndicator.class))
                            .getStatus())
                    .isEqualTo(Status.UNKNOWN);

            application.getBean(NookplotRuntime.class).connect().block(PATIENCE);

            application.getBean(Heard.class).await(Connected.class);
        });
        assertThat(gateway.session(alice)).isEmpty();
    }

    @Test
    void aContextThatIsStartedAgainConnectsAgain() {
        context.run(application -> {
            Heard heard = application.getBean(Heard.class);
            heard.await(Connected.class);
            application.getSourceApplicationContext().stop();
            assertThat(gateway.session(alice)).isEmpty();

            application.getSourceApplicationContext().start();

            heard.events
                    .asFlux()
                    .filter(event -> event.state() instanceof Connected)
                    .take(2)
                    .blockLast(PATIENCE);
            assertThat(gateway.sessionsOpened(alice)).isEqualTo(2);
        });
    }

    @Test
    void aContextThatIsStartedAgainHasNewEventLoops() {
        context.withBean(ReactorResourceFactory.class, NookplotApplicationLoopbackTest::ownEventLoops)
                .withPropertyValues(
                        // A name, whose resolver needs an event loop too.
                        "nookplot.gateway-url=" + gateway.url().replace("127.0.0.1", "localhost"),
                        "nookplot.http.max-connections=1")
                .run(application -> {
                    Heard heard = application.getBean(Heard.class);
                    heard.await(Connected.class);
                    LoopResources first =
                            application.getBean(ReactorResourceFactory.class).getLoopResources();
                    application.getSourceApplicationContext().stop();
                    assertThat(first.isDisposed()).isTrue();

                    application.getSourceApplicationContext().start();

                    heard.events
                            .asFlux()
                            .filter(event -> event.state() instanceof Connected)
                            .take(2)
                            .blockLast(PATIENCE);
                    assertThat(gateway.sessionsOpened(alice)).isEqualTo(2);
                });
    }

    private static ReactorResourceFactory ownEventLoops() {
        ReactorResourceFactory own = new ReactorResourceFactory();
        own.setUseGlobalResources(false);
        own.setShutdownQuietPeriod(Duration.ZERO);
        return own;
    }

    private static Health health(ReactiveHealthIndicator indicator) {
        return indicator.health().block(PATIENCE);
    }

    private static void await(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(10))
                .filter(tick -> condition.getAsBoolean())
                .blockFirst(PATIENCE);
    }
}
