package io.agentruntime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.codebolt.CodeboltPlugin;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.octavus.OctavusTransport;
import io.agentruntime.support.Secrets;
import io.agentruntime.telemetry.Recorder;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ClientBuilderTest {

    private final AtomicInteger opened = new AtomicInteger();

    /** A recorder would have to be closed, and nobody has the client to close. */
    @Test
    void aBuildThatFailsHasOpenedNoTelemetry() {
        fails(() -> failing(NookplotRuntime.builder()
                        .gatewayUrl("http://localhost:1")
                        .apiKey("nk_" + Secrets.MARKER))
                .build());
        fails(() -> failing(CodeboltPlugin.builder().pluginId("p").pluginToken(Secrets.MARKER))
                .build());
        fails(() -> failing(OctavusTransport.socket().url("ws://localhost:1")).build());
    }

    /** What is called last of all that the application has given. */
    private <B extends ClientBuilder<B>> B failing(B builder) {
        return builder.net(net -> net.customizer(client -> {
                    throw new IllegalStateException("The customiser");
                }))
                .telemetry(protocol -> {
                    opened.incrementAndGet();
                    return Recorder.NONE;
                });
    }

    private void fails(Supplier<?> build) {
        assertThatThrownBy(build::get).hasMessage("The customiser");
        assertThat(opened).hasValue(0);
    }
}
