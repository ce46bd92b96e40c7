package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import java.io.File;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The optional shutdown hook, in a JVM of its own that ends while its runtime is connected. */
class ShutdownHookLoopbackTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What runs in the other JVM: connects, and ends the JVM without a disconnect. */
    static final class Child {

        private Child() {}

        public static void main(String[] args) {
            NookplotRuntime runtime = NookplotRuntime.builder()
                    .gatewayUrl(args[0])
                    .apiKey(System.getenv("CHILD_KEY"))
                    .shutdownHook(true)
                    .build();
            runtime.connect().block(PATIENCE);
            System.exit(0);
        }
    }

    @Test
    void aJvmThatEndsDisconnectsItsRuntimeInGoodOrder() throws Exception {
        EmbeddedGateway gateway = EmbeddedGateway.start().block(PATIENCE);
        try {
            GatewayAgent alice = gateway.agent("alice");
            ProcessBuilder child = new ProcessBuilder(
                            new File(System.getProperty("java.home"), "bin/java").getPath(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Child.class.getName(),
                            gateway.url())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD);
            child.environment().put("CHILD_KEY", alice.apiKey());
            Process process = child.start();

            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(gateway.sessionsOpened(alice)).isEqualTo(1);
            gateway.frameStream()
                    .filter(frame -> frame.text().equals("1000 client disconnect"))
                    .blockFirst(PATIENCE);
            assertThat(gateway.session(alice)).isEmpty();
        } finally {
            gateway.close().block(PATIENCE);
        }
    }
}
