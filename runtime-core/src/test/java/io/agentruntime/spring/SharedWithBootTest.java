package io.agentruntime.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.client.ClientOptions;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.net.NetOptions;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.spring.nookplot.NookplotAutoConfiguration;
import io.agentruntime.spring.nookplot.NookplotRuntimeCustomizer;
import io.agentruntime.support.Secrets;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.ConnectionProvider;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** What runtimes take from the application, and what they do not let it change. */
class SharedWithBootTest {

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SslAutoConfiguration.class,
                    JacksonAutoConfiguration.class,
                    RuntimeSupportAutoConfiguration.class,
                    NookplotAutoConfiguration.class))
            .withPropertyValues(
                    "nookplot.auto-connect=false",
                    "nookplot.gateway-url=http://localhost:1",
                    "nookplot.api-key=nk_" + Secrets.MARKER);

    @Test
    void theEventLoopsOfReactorNettyAreBoots() {
        context.withBean(ReactorResourceFactory.class).run(application -> {
            NetOptions.Builder options = NetOptions.builder();
            application.getBean(RuntimeResources.class).net(options);

            assertThat(options.build()
                            .httpClient(ConnectionProvider.newConnection())
                            .configuration()
                            .loopResources()
                            .onClient(true))
                    .isSameAs(application
                            .getBean(ReactorResourceFactory.class)
                            .getLoopResources()
                            .onClient(true));
        });
    }

    @Test
    void aBundleThatIsNotThereFailsTheStart() {
        context.withPropertyValues("nookplot.ssl.bundle=nobody")
                .run(application -> assertThat(application.getStartupFailure())
                        .hasRootCauseInstanceOf(NoSuchSslBundleException.class));
    }

    @Test
    void aBundleIsUsedForTls() {
        AtomicBoolean asked = new AtomicBoolean();
        SslBundle bundle = SslBundle.of(
                SslBundle.systemDefault().getStores(),
                SslBundleKey.NONE,
                SslOptions.of(null, Set.of("TLSv1.3")),
                "TLS",
                new SslManagerBundle() {
                    @Override
                    public KeyManagerFactory getKeyManagerFactory() {
                        return SslBundle.systemDefault().getManagers().getKeyManagerFactory();
                    }

                    @Override
                    public TrustManagerFactory getTrustManagerFactory() {
                        asked.set(true);
                        return SslBundle.systemDefault().getManagers().getTrustManagerFactory();
                    }
                });
        context.withBean(SslBundles.class, () -> new DefaultSslBundleRegistry("ours", bundle))
                .withPropertyValues("nookplot.ssl.bundle=ours")
                .run(application -> {
                    assertThat(application).hasNotFailed();
                    assertThat(asked).isTrue();
                });
    }

    @Test
    void theMapperIsBootsButTheNamesOnTheWireAreTheProtocols() {
        context.withPropertyValues("spring.jackson.property-naming-strategy=SNAKE_CASE")
                .run(application -> {
                    JsonMapper mapper =
                            application.getBean(RuntimeResources.class).jsonMapper();

                    assertThat(mapper.writeValueAsString(new Sample("x", null))).isEqualTo("{\"someName\":\"x\"}");
                    assertThat(mapper.readValue("{\"someName\":\"x\",\"more\":1}", Sample.class))
                            .isEqualTo(new Sample("x", null));
                });
    }

    @Test
    void anAdaptedMapperKeepsWhatIsNotTheProtocols() {
        JsonMapper application = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
                .addMixIn(Sample.class, Object.class)
                .build();

        assertThat(JsonCodec.adapt(application).writeValueAsString(new Sample("x", "y")))
                .isEqualTo("{\"someName\":\"x\",\"other\":\"y\"}");
    }

    record Sample(String someName, String other) {}

    @Test
    void thePropertiesDefaultsAreTheBuilders() {
        context.withBean(NookplotRuntimeCustomizer.class, () -> (name, builder) -> {
                    try {
                        Object ours = settings(builder);
                        Object plain = settings(NookplotRuntime.builder()
                                .gatewayUrl("http://localhost:1")
                                .apiKey("nk_" + Secrets.MARKER));
                        assertThat(compared(ours, plain)).isGreaterThan(12);
                    } catch (ReflectiveOperationException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .run(application -> assertThat(application).hasNotFailed());
    }

    private static final List<String> COMPARED = List.of("Duration", "boolean", "Map", "RefillPolicy", "StreamOptions");

    /** How many parts were compared. */
    private static int compared(Object ours, Object plain) throws ReflectiveOperationException {
        int compared = 0;
        for (RecordComponent part : ours.getClass().getRecordComponents()) {
            Method get = part.getAccessor();
            get.setAccessible(true);
            if (COMPARED.contains(part.getType().getSimpleName())) {
                assertThat(get.invoke(ours)).as(part.getName()).isEqualTo(get.invoke(plain));
                compared++;
            } else if (part.getType() == ClientOptions.class) {
                compared += compared(get.invoke(ours), get.invoke(plain));
            }
        }
        return compared;
    }

    private static Object settings(Object builder) throws ReflectiveOperationException {
        Method settings = builder.getClass().getDeclaredMethod("settings");
        settings.setAccessible(true);
        return settings.invoke(builder);
    }

    @Test
    void aBadPropertyIsAMessageForPeople() {
        assertThatThrownBy(() -> InvalidPropertyException.naming("nookplot", () -> {
                    throw new InvalidOptionException("http.rateLimitRetry.maxRetries", 101, "must be 0 to 100");
                }))
                .isInstanceOfSatisfying(InvalidPropertyException.class, e -> {
                    FailureAnalysis analysis = new InvalidPropertyFailureAnalyzer().analyze(e);
                    assertThat(analysis.getDescription())
                            .isEqualTo("Property 'nookplot.http.rate-limit-retry.max-retries' must be 0 to 100,"
                                    + " but was: 101");
                    assertThat(analysis.getAction()).contains("nookplot.http.rate-limit-retry.max-retries");
                });
    }
}
