package io.agentruntime.examples.service;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

class ServiceHttpTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"#]+)\"|from \"\\./([^\"]+)\"");

    private static final String HEAD = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String CONNECTED =
            "agentruntime_connections{protocol=\"nookplot\",runtime=\"%s\",state=\"connected\"} %d.0";
    private static final String CONTENT_LENGTH = "content-length:";

    private static ConfigurableApplicationContext application;
    private static WebClient http;

    @BeforeAll
    static void start() {
        // With Boot's own virtual threads, where the JDK has them; the tour goes without.
        application = Service.application(
                        Map.of("server.port", 0, "service.agents", 2, "spring.threads.virtual.enabled", true))
                .run();
        http = WebClient.create(Service.address(application));
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void everythingThatThePageNeedsComesFromTheService() {
        String page = get("/").getBody();

        assertThat(get("/").getHeaders().getFirst("Content-Security-Policy")).startsWith("default-src 'self'");
        List<String> links = links(page);
        assertThat(links).contains("app.js", "style.css", "uplot/uPlot.iife.min.js");
        assertThat(links)
                .allSatisfy(link ->
                        assertThat(get("/" + link).getStatusCode()).as(link).isEqualTo(HttpStatus.OK));
        assertThat(links(get("/app.js").getBody()))
                .isNotEmpty()
                .allSatisfy(link ->
                        assertThat(get("/" + link).getStatusCode()).as(link).isEqualTo(HttpStatus.OK));
    }

    @Test
    void theServicesOwnAgentIsMadeConnectedAndWatchedByTheAutoConfiguration() {
        String health = request("/actuator/health")
                .filter(answer -> answer.getBody().contains("\"nookplot\"")
                        && answer.getStatusCode().is2xxSuccessful())
                .repeatWhenEmpty(times -> times.delayElements(Duration.ofMillis(50)))
                .block(LIMIT)
                .getBody();

        assertThat(health).contains("\"state\":\"connected\"").doesNotContain("nk_");
        assertThat(get("/actuator/runtimes").getBody())
                .contains("\"connected\"")
                .doesNotContain("nk_");
        assertThat(get("/api/online").getBody()).contains("\"displayName\":\"service\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health/liveness", "/actuator/metrics", "/actuator/prometheus", "/uplot/LICENSE"})
    void thisIsServedBesides(String path) {
        assertThat(get(path).getStatusCode()).isEqualTo(HttpStatus.OK);
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /api/agents/No.Such.Name, 400, lower case letters",
        "POST, /api/faults/flood, 404, flood",
        "POST, /api/agents/nobody/messages, 404, nobody",
        "GET, /api/agents/nobody/messages, 404, nobody",
        "PUT, /api/traffic, 400, perSecond must be",
        "PUT, /api/work, 400, millis must be"
    })
    void whatCannotBeDoneIsAProblemWithItsReason(String method, String path, int status, String reason) {
        ResponseEntity<String> answer = http.method(HttpMethod.valueOf(method))
                .uri(path)
                .bodyValue(Map.of("text", "hello", "perSecond", -1, "millis", 1_000_000))
                .exchangeToMono(response -> response.toEntity(String.class))
                .block(LIMIT);

        assertThat(answer.getStatusCode().value()).isEqualTo(status);
        assertThat(answer.getHeaders().getContentType()).hasToString("application/problem+json");
        assertThat(answer.getBody()).contains("\"detail\":").contains(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"text\":null}", "{\"text\":\" \"}"})
    void nothingCannotBeSaid(String body) {
        ResponseEntity<String> answer = http.post()
                .uri("/api/agents/agent-01/messages")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(body)
                .exchangeToMono(response -> response.toEntity(String.class))
                .block(LIMIT);

        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(answer.getBody()).contains("text must say something");
    }

    /** The agents of the fleet are added up, apart from the service's own. */
    @Test
    void prometheusIsToldOfTheFleet() {
        String told = request("/actuator/prometheus")
                .mapNotNull(ResponseEntity::getBody)
                .filter(text -> text.contains(CONNECTED.formatted("fleet", 2))
                        && text.contains(CONNECTED.formatted("default", 1)))
                .repeatWhenEmpty(times -> times.delayElements(Duration.ofMillis(50)))
                .block(LIMIT);

        assertThat(told)
                .contains("agentruntime_stream_dropped_total{")
                .containsPattern(
                        "agentruntime_http_requests_seconds_count\\{.*runtime=\"fleet\".*uri=\"/v1/runtime/connect\"");
    }

    @Test
    void noOtherPageCanPushTheButtons() {
        HttpStatus answer = http.post()
                .uri("/api/faults/drop")
                .header("Sec-Fetch-Site", "cross-site")
                .exchangeToMono(response ->
                        Mono.just(HttpStatus.valueOf(response.statusCode().value())))
                .block(LIMIT);

        assertThat(answer).isEqualTo(HttpStatus.FORBIDDEN);
    }

    /** The second request is here before the first is answered, and can be answered at once. */
    @Test
    void aConnectionIsOfUseAfterRequestsThatHadToWait() throws IOException {
        URI address = URI.create(Service.address(application));
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(Math.toIntExact(LIMIT.toMillis()));
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < 5; i++) {
                out.write((HEAD.formatted("/api/online") + HEAD.formatted("/icon.svg")).getBytes(US_ASCII));
                assertThat(status(in)).startsWith("HTTP/1.1 200");
                assertThat(status(in)).startsWith("HTTP/1.1 200");
            }
        }
    }

    /** Reads an answer, and returns its first line. */
    private static String status(InputStream in) throws IOException {
        String status = line(in);
        int length = -1;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.regionMatches(true, 0, CONTENT_LENGTH, 0, CONTENT_LENGTH.length())) {
                length =
                        Integer.parseInt(line.substring(CONTENT_LENGTH.length()).strip());
            }
        }
        assertThat(in.readNBytes(length)).hasSize(length);
        return status;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("The connection was closed");
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private static ResponseEntity<String> get(String path) {
        return request(path).block(LIMIT);
    }

    private static Mono<ResponseEntity<String>> request(String path) {
        return http.get().uri(path).exchangeToMono(response -> response.toEntity(String.class));
    }

    private static List<String> links(String text) {
        return LINK.matcher(text)
                .results()
                .map((MatchResult link) -> link.group(1) == null ? link.group(2) : link.group(1))
                .toList();
    }
}
