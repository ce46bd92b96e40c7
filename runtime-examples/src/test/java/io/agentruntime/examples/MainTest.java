package io.agentruntime.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MainTest {

    private static final Map<String, String> NOTHING_SET = Map.of();

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Test
    void theMainJobShowsAReconnectAndSaysSoInItsLastLine() {
        int status = run(NOTHING_SET);

        assertThat(status).isZero();
        assertThat(lines()).anyMatch(line -> line.contains("alice    reconnecting, attempt 1 in "));
        assertThat(lines()).anyMatch(line -> line.contains("bob      hears a gap: "));
        assertThat(lastLine())
                .startsWith("done: two agents talked, lost their gateway")
                .contains("got the 3 messages that were sent meanwhile in order from the history");
    }

    @Test
    void halfOfARealGatewaysAddressIsAnError() {
        int status = run(Map.of("NOOKPLOT_GATEWAY_URL", "http://127.0.0.1:1"), "quickstart");

        assertThat(status).isOne();
        assertThat(lines().get(0)).startsWith("failed: quickstart: ").contains("NOOKPLOT_API_KEY");
    }

    @Test
    void aNameThatNobodyHasIsAnErrorWithTheNamesThereAre() {
        int status = run(NOTHING_SET, "nobody");

        assertThat(status).isEqualTo(2);
        assertThat(lines().get(0)).isEqualTo("There is no program named nobody.");
        assertThat(lines().get(1)).startsWith("  quickstart ");
    }

    private int run(Map<String, String> environment, String... args) {
        return Main.run(args, environment, new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    private List<String> lines() {
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private String lastLine() {
        List<String> lines = lines();
        return lines.get(lines.size() - 1);
    }
}
