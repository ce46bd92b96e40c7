package io.agentruntime.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.examples.quickstart.Quickstart;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The core without a single one of its optional dependencies: no Spring, no Micrometer, no web3j, no circuit breaker. */
class BareClassPathTest {

    /** What users get who ask for the core alone; and the quickstart. */
    private static final Pattern REQUIRED = Pattern.compile(".*/(runtime-(core|examples)/target/.*"
            + "|(io/netty|io/projectreactor|org/reactivestreams|tools/jackson|com/fasterxml/jackson/core|org/slf4j|org/jspecify)/.*"
            + "|resilience4j-(core|retry)/.*)");

    /** The program by itself: the list of programs knows the service, which is Spring's. */
    static final class Child {

        private Child() {}

        public static void main(String[] args) throws Exception {
            System.out.println("done: " + Quickstart.run(Map.of(), System.out));
            System.exit(0);
        }
    }

    @Test
    void theQuickstartRunsOnTheCoreAlone() throws Exception {
        String path = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry ->
                        REQUIRED.matcher(entry.replace('\\', '/') + "/").matches())
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(path)
                .contains("reactor-core")
                .doesNotContain("springframework", "micrometer", "web3j", "circuitbreaker");

        ProcessBuilder command = new ProcessBuilder(
                        new File(System.getProperty("java.home"), "bin/java").getPath(),
                        "-cp",
                        path,
                        Child.class.getName())
                .redirectErrorStream(true);
        Process process = command.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("done: ").doesNotContain("NoClassDefFoundError");
    }
}
