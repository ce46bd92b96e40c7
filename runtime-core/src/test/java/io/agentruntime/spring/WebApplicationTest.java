package io.agentruntime.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableReactiveWebApplicationContext;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.core.publisher.Sinks;
import reactor.netty.http.client.HttpClient;

/** A whole WebFlux application, as Boot configures it from the jars on the path: what it serves, and what it shares. */
class WebApplicationTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private EmbeddedGateway gateway;
    private ReactiveWebApplicationContextRunner context;

    @BeforeEach
    void startGateway() {
        gateway = EmbeddedGateway.start().block(PATIENCE);
        GatewayAgent alice = gateway.agent("alice");
        context = new ReactiveWebApplicationContextRunner(AnnotationConfigReactiveWebServerApplicationContext::new)
                .withUserConfiguration(Application.class)
                .withPropertyValues(
                        "server.port=0",
                        "nookplot.gateway-url=" + gateway.url(),
                        "nookplot.api-key=" + alice.apiKey(),
                        "management.endpoints.web.exposure.include=health,metrics,runtimes",
                        "management.endpoint.health.show-details=always",
                        "management.endpoint.health.group.readiness.include=readinessState,nookplot");
    }

    @AfterEach
    void stopGateway() {
        gateway.close().block(PATIENCE);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        final Sinks.Empty<Void> connected = Sinks.empty();
        final Set<EventLoopGroup> used = ConcurrentHashMap.newKeySet();

        @EventListener
        void on(ConnectionStateChanged change) {
            if (change.state() instanceof Connected) {
                connected.tryEmitEmpty();
            }
        }

        @Bean
        NetOptionsCustomizer seesWhereItConnects() {
            return net -> net.customizer(http -> http.doOnConnected(
                    connection -> used.add(connection.channel().eventLoop().parent())));
        }

        /** Loops of its own, for those of the JVM are not this test's to dispose. */
        @Bean
        ReactorResourceFactory reactorResourceFactory() {
            ReactorResourceFactory own = new ReactorResourceFactory();
            own.setUseGlobalResources(false);
            own.setShutdownQuietPeriod(Duration.ZERO);
            return own;
        }
    }

    @Test
    void itAnswersHealthMetersAndTheEndpoint() {
        context.run(application -> {
            application.getBean(Application.class).connected.asMono().block(PATIENCE);

            assertThat(get(application, "/actuator/health/nookplot"))
                    .contains("\"status\":\"UP\"", "\"state\":\"connected\"");
            assertThat(get(application, "/actuator/health/readiness")).contains("\"status\":\"UP\"", "\"nookplot\"");
            assertThat(get(application, "/actuator/runtimes"))
                    .contains("\"protocol\":\"nookplot\"", "\"name\":\"default\"", "\"subscribers\":[");
            assertThat(get(application, "/actuator/runtimes/nookplot/default")).contains("\"state\":\"connected\"");
            assertThat(get(application, "/actuator/metrics/agentruntime.connections"))
                    .contains("\"nookplot\"");
        });
    }

    @Test
    void itConnectsOnTheEventLoopsOfTheWebServer() {
        context.run(application -> {
            Application beans = application.getBean(Application.class);
            beans.connected.asMono().block(PATIENCE);

            EventLoopGroup server = application
                    .getBean(ReactorResourceFactory.class)
                    .getLoopResources()
                    .onServer(true)
                    .next()
                    .parent();
            assertThat(beans.used).containsExactly(server);
        });
    }

    private static String get(AssertableReactiveWebApplicationContext application, String path) {
        int port = ((WebServerApplicationContext) application.getSourceApplicationContext())
                .getWebServer()
                .getPort();
        return HttpClient.newConnection()
                .get()
                .uri("http://127.0.0.1:" + port + path)
                .responseContent()
                .aggregate()
                .asString()
                .block(PATIENCE);
    }
}
