package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.InvalidOptionException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NookplotRuntimeBuilderTest {

    private static NookplotRuntimeBuilder valid() {
        return NookplotRuntime.builder().gatewayUrl("https://gateway.example/").apiKey("nk_key");
    }

    private static Arguments bad(String option, UnaryOperator<NookplotRuntimeBuilder> mistake) {
        return Arguments.of(option, mistake);
    }

    static Stream<Arguments> mistakes() {
        Duration negative = Duration.ofSeconds(-1);
        return Stream.of(
                bad("gatewayUrl", b -> b.gatewayUrl("gateway.example")),
                bad("gatewayUrl", b -> b.gatewayUrl("ftp://gateway.example")),
                bad("gatewayUrl", b -> b.gatewayUrl("https://user:pw@gateway.example")),
                bad("gatewayUrl", b -> b.gatewayUrl("https://gateway.example?key=x")),
                bad("gatewayUrl", b -> b.gatewayUrl("not a url")),
                bad("apiKey", b -> b.apiKey("")),
                bad("apiKey", b -> b.apiKey("nk_key\r\nx: y")),
                bad("heartbeatInterval", b -> b.heartbeatInterval(Duration.ZERO)),
                bad("heartbeatInterval", b -> b.heartbeatInterval(Duration.ofNanos(1))),
                bad("webSocket.maxMessageBytes", b -> b.webSocket(w -> w.maxMessageBytes(0))),
                bad("livenessTimeout", b -> b.livenessTimeout(Duration.ofSeconds(30))),
                bad("reconnect.maxRetries", b -> b.reconnect(r -> r.maxRetries(-1))),
                bad("reconnect.initialDelay", b -> b.reconnect(r -> r.initialDelay(negative))),
                bad("reconnect.maxDelay", b -> b.reconnect(r -> r.maxDelay(Duration.ofMillis(10)))),
                bad("handshakeTimeout", b -> b.handshakeTimeout(negative)),
                bad("subscribeTimeout", b -> b.subscribeTimeout(Duration.ZERO)),
                bad("closeTimeout", b -> b.closeTimeout(Duration.ZERO)),
                bad("maxReadPause", b -> b.maxReadPause(Duration.ZERO)),
                bad("sessionCheckInterval", b -> b.sessionCheckInterval(negative)),
                bad("backgroundPause", b -> b.backgroundPause(negative)),
                bad("sendPatience", b -> b.sendPatience(negative)),
                bad("http.requestTimeout", b -> b.http(h -> h.requestTimeout(Duration.ZERO))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void aBadValueIsRefusedByName(String option, UnaryOperator<NookplotRuntimeBuilder> mistake) {
        assertThatThrownBy(() -> mistake.apply(valid()).build())
                .isInstanceOfSatisfying(
                        InvalidOptionException.class,
                        e -> assertThat(e.option()).isEqualTo(option))
                .hasMessageNotContaining("nk_key")
                .hasMessageNotContaining("pw@");
    }

    @Test
    void whatIsRequiredIsNamed() {
        assertThatThrownBy(() -> NookplotRuntime.builder().apiKey("nk_key").build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("gatewayUrl");
        assertThatThrownBy(() -> NookplotRuntime.builder()
                        .gatewayUrl("https://gateway.example")
                        .build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("apiKey");
    }

    @Test
    void aRuntimeThatIsNeverUsedOpensNothingAndClosesAtOnce() {
        NookplotRuntime runtime = valid().build();

        assertThat(runtime.currentState().name()).isEqualTo("disconnected");
        runtime.close().block(Duration.ofSeconds(10));
    }
}
