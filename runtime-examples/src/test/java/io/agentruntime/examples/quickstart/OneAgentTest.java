package io.agentruntime.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.HttpStatusException.Unauthorized;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The demo for real gateways, on one that only looks real. */
class OneAgentTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final OneAgent demo =
            new OneAgent(new Screen(new PrintStream(printed, true, StandardCharsets.UTF_8)), Duration.ofMillis(200));
    private EmbeddedGateway gateway;
    private GatewayAgent carol;

    @BeforeEach
    void start() {
        gateway = EmbeddedGateway.start().block(LIMIT);
        carol = gateway.agent("carol");
        gateway.channel("lobby", carol);
        gateway.channel("elsewhere");
    }

    @AfterEach
    void close() {
        gateway.close().block(LIMIT);
    }

    @Test
    void looksAroundAndLeaves() {
        String shown = demo.play(gateway.url(), carol.apiKey()).block(LIMIT);

        assertThat(shown)
                .startsWith("connected, 1 agents and 2 channels seen, ")
                .endsWith("heard, disconnected");
        assertThat(text()).contains("is a member of #lobby").doesNotContain("#elsewhere", carol.apiKey());
        assertThat(gateway.sockets()).isZero();
        assertThat(gateway.session(carol)).isEmpty();
    }

    @Test
    void aWrongKeyIsAnErrorThatNamesTheOption() {
        assertThatThrownBy(() -> demo.play(gateway.url(), "nk_wrong").block(LIMIT))
                .isInstanceOf(Unauthorized.class)
                .hasMessageContaining("apiKey")
                .hasMessageNotContaining("nk_wrong");
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
