package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.micrometer.MicrometerTelemetry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the dashboard and the alert rules ask for is what Prometheus is given. */
class PrometheusNamesTest extends InMemoryScenario {

    private static final Path RULES = Path.of("../docs/prometheus/agentruntime.rules.yml");
    private static final Path DASHBOARD = Path.of("../docs/grafana/agentruntime.json");
    private static final Path PAGE = Path.of("../docs/observability.md");

    private static final Pattern SERIES = Pattern.compile("(?m)^(agentruntime_\\w+)\\{(.*)} ");
    private static final Pattern USED = Pattern.compile("(agentruntime_\\w+)(?:\\{([^}]*)})?");
    private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"");
    private static final Pattern GROUPED = Pattern.compile("by \\(([^)]*)\\) \\([^{]*?(agentruntime_\\w+)");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, Set<String>> labels = new HashMap<>();

    @BeforeEach
    void scrape() {
        NookplotRuntime runtime = connected(options ->
                options.telemetry(MicrometerTelemetry.builder(registry).build()));
        await(runtime.connection().sendWs(Map.of("type", "x")));
        SERIES.matcher(registry.scrape())
                .results()
                .forEach(series -> labels.computeIfAbsent(series.group(1), name -> new TreeSet<>())
                        .addAll(labelsIn(series.group(2))));
    }

    private static Set<String> labelsIn(String text) {
        return LABEL.matcher(text).results().map(label -> label.group(1)).collect(Collectors.toSet());
    }

    @Test
    void theRulesUseOnlyWhatIsScraped() throws IOException {
        String rules = Files.readString(RULES);

        assertThat(USED.matcher(rules).results()).hasSize(13).allSatisfy(this::isScraped);
        assertThat(GROUPED.matcher(rules).results()).hasSize(12).allSatisfy(this::hasTheLabels);
    }

    @Test
    void theDashboardUsesOnlyWhatIsScraped() throws IOException {
        JsonNode dashboard = JsonMapper.shared().readTree(Files.readString(DASHBOARD));
        String queries = StreamSupport.stream(dashboard.path("panels").spliterator(), false)
                .flatMap(panel -> StreamSupport.stream(panel.path("targets").spliterator(), false))
                .map(target -> target.path("expr").asString())
                .collect(Collectors.joining("\n"));

        assertThat(USED.matcher(queries).results()).hasSizeGreaterThan(25).allSatisfy(this::isScraped);
        assertThat(GROUPED.matcher(queries).results()).hasSizeGreaterThan(15).allSatisfy(this::hasTheLabels);
    }

    @Test
    void theDashboardShowsEveryMeter() throws IOException {
        String dashboard = Files.readString(DASHBOARD);

        assertThat(labels.keySet().stream().map(name -> name.replaceAll("_(count|sum|max)$", "")))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(dashboard).contains(name));
    }

    @Test
    void everyAlertIsInTheTable() throws IOException {
        String page = Files.readString(PAGE);
        Stream<String> alerts = Pattern.compile("alert: (\\w+)")
                .matcher(Files.readString(RULES))
                .results()
                .map(alert -> alert.group(1));

        assertThat(alerts).hasSize(8).allSatisfy(alert -> assertThat(page).contains("| `" + alert + "` |"));
    }

    private void isScraped(MatchResult used) {
        assertThat(labels).containsKey(used.group(1));
        String matchers = used.group(2) == null ? "" : used.group(2);
        assertThat(labels.get(used.group(1))).containsAll(labelsIn(matchers));
    }

    private void hasTheLabels(MatchResult grouped) {
        assertThat(labels.get(grouped.group(2)))
                .containsAll(Set.of(grouped.group(1).split(", *")));
    }
}
