package io.agentruntime.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class HelloAgentTest {

    @Test
    void theSnippetOfTheReadmePrintsWhatTheReadmeSays() {
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            HelloAgent.main(new String[0]);
            // States are delivered beside the messages; the last of them may come after main has ended.
            Flux.interval(Duration.ofMillis(10))
                    .takeUntil(tick -> lines(printed).contains("state: connected"))
                    .blockLast(Duration.ofSeconds(10));
        } finally {
            System.setOut(console);
        }

        assertThat(lines(printed)).contains("state: connecting", "state: connected", "bob: Hello, alice");
    }

    private static List<String> lines(ByteArrayOutputStream printed) {
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
