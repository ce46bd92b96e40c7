package io.agentruntime.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.spring.nookplot.NookplotAutoConfiguration;
import io.agentruntime.support.Secrets;
import io.agentruntime.support.TestKeys;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.test.StepVerifier;

/** An SSL bundle with a trust store and a key store, at a server that wants to know its clients. */
class SslBundleLoopbackTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static TestKeys serverKeys;
    private static TestKeys agentKeys;

    @TempDir
    static Path folder;

    private final List<String> clients = new CopyOnWriteArrayList<>();
    private DisposableServer server;

    @BeforeAll
    static void makeKeys() throws IOException, InterruptedException {
        serverKeys = TestKeys.make(folder, "server", "ip:127.0.0.1");
        agentKeys = TestKeys.make(folder, "agent", "dns:agent");
    }

    @BeforeEach
    void serve() throws GeneralSecurityException, IOException {
        SslContext tls = SslContextBuilder.forServer(serverKeys.keys())
                .trustManager(agentKeys.trust())
                .clientAuth(ClientAuth.REQUIRE)
                .build();
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .secure(spec -> spec.sslContext(tls))
                .handle((request, response) -> {
                    clients.add(clientOf(request));
                    return response.status(401).send();
                })
                .bindNow(PATIENCE);
    }

    private static String clientOf(HttpServerRequest request) {
        String[] name = new String[1];
        request.withConnection(connection -> {
            try {
                name[0] = connection
                        .channel()
                        .pipeline()
                        .get(SslHandler.class)
                        .engine()
                        .getSession()
                        .getPeerPrincipal()
                        .getName();
            } catch (SSLPeerUnverifiedException e) {
                throw new IllegalStateException(e);
            }
        });
        return name[0];
    }

    @AfterEach
    void stop() {
        server.disposeNow(PATIENCE);
    }

    private ApplicationContextRunner withTrust() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        SslAutoConfiguration.class,
                        RuntimeSupportAutoConfiguration.class,
                        NookplotAutoConfiguration.class))
                .withPropertyValues(
                        "spring.ssl.bundle.jks.gateway.truststore.location="
                                + serverKeys.file().toUri(),
                        "spring.ssl.bundle.jks.gateway.truststore.password=" + TestKeys.PASSWORD,
                        "nookplot.ssl.bundle=gateway",
                        "nookplot.auto-connect=false",
                        "nookplot.gateway-url=https://127.0.0.1:" + server.port(),
                        "nookplot.api-key=nk_" + Secrets.MARKER);
    }

    @Test
    void theClientShowsTheCertificateOfTheBundle() {
        withTrust()
                .withPropertyValues(
                        "spring.ssl.bundle.jks.gateway.keystore.location="
                                + agentKeys.file().toUri(),
                        "spring.ssl.bundle.jks.gateway.keystore.password=" + TestKeys.PASSWORD)
                .run(application -> {
                    StepVerifier.create(connect(application.getBean(NookplotRuntime.class)))
                            .verifyErrorMatches(error -> error.getMessage().contains("401"));
                    assertThat(clients).containsOnly("CN=agent");
                });
    }

    @Test
    void withoutAKeyStoreItHasNoneToShow() {
        withTrust().run(application -> {
            StepVerifier.create(connect(application.getBean(NookplotRuntime.class)))
                    .verifyError();
            assertThat(clients).isEmpty();
        });
    }

    private static Mono<Void> connect(NookplotRuntime runtime) {
        return runtime.connect().then().timeout(PATIENCE);
    }
}
