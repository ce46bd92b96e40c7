package io.agentruntime.transport.sockjs;

import static io.agentruntime.transport.sockjs.SockJsTransport.EVENTSOURCE;
import static io.agentruntime.transport.sockjs.SockJsTransport.RAW_WEBSOCKET;
import static io.agentruntime.transport.sockjs.SockJsTransport.WEBSOCKET;
import static io.agentruntime.transport.sockjs.SockJsTransport.XHR_POLLING;
import static io.agentruntime.transport.sockjs.SockJsTransport.XHR_STREAMING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import ch.qos.logback.classic.Level;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.net.SecretUri;
import io.agentruntime.support.LogLines;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.server.ServerRequest;
import io.agentruntime.testkit.server.WireFaults;
import io.agentruntime.transport.PipeRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** How a session is opened: {@code /info}, one transport after the other, limits, cookies. */
class SockJsOpeningTest extends InMemorySockJs {

    private static final String TOKEN = "token-" + Secrets.MARKER;

    // /info

    @Test
    void info_is_asked_first_and_remembered() {
        SockJsConnector connector = connector(options -> options);
        connect(connector);
        passMillis(10);
        connect(connector);
        passMillis(10);

        assertThat(service.paths()).containsExactly("info", "websocket", "websocket");
    }

    @Test
    void info_of_another_base_address_is_asked_again() {
        SockJsConnector connector = connector(XHR_POLLING);
        connect(connector);
        passMillis(10);
        connect(connector, PipeRequest.to(SecretUri.of("http://other.test/echo/")));
        passMillis(10);

        assertThat(service.paths().stream().filter("info"::equals)).hasSize(2);
    }

    @Test
    void info_is_asked_again_when_nothing_opened() {
        SockJsConnector connector = connector(XHR_POLLING);
        service.faults.failHttp("POST /echo/**", 503, 1);
        connect(connector);
        passMillis(10);
        assertThat(error).isInstanceOf(HttpStatusException.Unavailable.class);
        connect(connector);
        passMillis(10);

        assertThat(service.paths()).startsWith("info", "xhr", "info", "xhr");
        assertThat(pipes).hasSize(1);
    }

    @Test
    void info_has_a_limit_of_its_own() {
        service.faults.stallHttp("GET /echo/info", true);
        connect(connector(options -> options.infoTimeout(Duration.ofSeconds(3))));

        passMillis(2_900);
        assertThat(error).isNull();
        passMillis(200);
        assertThat(error).isInstanceOf(TimeLimitException.class).hasMessageContaining("/echo/info");
    }

    @Test
    void info_that_is_refused_or_cannot_be_read_fails_the_attempt() {
        service.faults.failHttp("GET /echo/info", 403, 1);
        connect(connector(XHR_POLLING));
        passMillis(10);
        assertThat(error).isInstanceOf(HttpStatusException.Forbidden.class).hasMessageContaining("/echo/info");

        service.faults.malformedHttp("GET /echo/info", 1, "<html>");
        connect(connector(XHR_POLLING));
        passMillis(10);
        assertThat(error).isInstanceOf(DecodeException.class);
    }

    @Test
    void an_info_that_knows_nothing_is_one_that_allows_everything() {
        service.faults.malformedHttp("GET /echo/info", 1, "{\"entropy\":1}");
        connect(connector(WEBSOCKET, XHR_POLLING));
        passMillis(10);

        assertThat(service.paths()).containsExactly("info", "websocket");
    }

    @Test
    void another_base_address_is_followed_on_the_same_host_only() {
        service.faults.malformedHttp("GET /other/info", 1, "{\"base_url\":\"/echo\"}");
        service.faults.malformedHttp("GET /echo/info", 1, "{\"base_url\":\"http://evil.test/echo\"}");
        connect(connector(XHR_POLLING), PipeRequest.to(SecretUri.of(service.server.url() + "/other")));
        passMillis(10);
        connect(connector(XHR_POLLING));
        passMillis(10);

        assertThat(pipes).hasSize(2);
        assertThat(service.requests).noneMatch(request -> request.path().contains("evil"));
    }

    @Test
    void the_raw_websocket_needs_no_info() {
        open(RAW_WEBSOCKET);

        assertThat(service.paths()).containsExactly("websocket");
    }

    // One transport after the other

    @Test
    void the_order_is_websocket_streaming_eventsource_polling() {
        service.faults.refuseUpgrades(500, WireFaults.ALWAYS);
        service.faults.failHttp("POST /echo/*/*/xhr_streaming", 500, 1);
        service.faults.failHttp("GET /echo/*/*/eventsource", 500, 1);
        open(options -> options);

        assertThat(service.paths()).startsWith("info", "websocket", "xhr_streaming", "eventsource", "xhr");
        assertThat(service.requests.stream()
                        .map(ServerRequest::path)
                        .filter(path -> path.matches("/echo/[^/]+/[^/]+/.*"))
                        .map(path -> path.replaceAll("/echo/[^/]+/([^/]+)/.*", "$1"))
                        .distinct())
                .as("sessions")
                .hasSize(4);
    }

    @Test
    void the_order_can_be_chosen() {
        service.faults.failHttp("POST /echo/*/*/xhr", 500, 1);
        open(options -> options.transports(XHR_POLLING, EVENTSOURCE, WEBSOCKET));

        assertThat(service.paths()).startsWith("info", "xhr", "eventsource");
    }

    /** The transports that each connect has tried, {@code /info} and requests of sessions that were open left out. */
    private List<String> tried(SockJsConnector connector) {
        int before = service.paths().size();
        connect(connector);
        passMillis(10);
        return service.paths().subList(before, service.paths().size()).stream()
                .filter(path -> !path.equals("info"))
                .distinct()
                .toList();
    }

    @Test
    void the_transport_that_opened_is_the_first_of_the_next_connects() {
        service.faults.refuseUpgrades(500, WireFaults.ALWAYS);
        SockJsConnector connector = connector(options -> options);

        assertThat(tried(connector)).containsExactly("websocket", "xhr_streaming");
        assertThat(tried(connector)).containsExactly("xhr_streaming");
        assertThat(tried(connector)).containsExactly("xhr_streaming");
    }

    @Test
    void the_order_is_tried_from_its_beginning_again_after_a_while_though_the_detour_works() {
        service.faults.refuseUpgrades(500, 1);
        SockJsConnector connector = connector(options -> options.rememberFor(Duration.ofMinutes(1)));
        tried(connector);
        pass(Duration.ofSeconds(40));
        assertThat(tried(connector)).containsExactly("xhr_streaming");
        pass(Duration.ofSeconds(19));
        assertThat(tried(connector)).containsExactly("xhr_streaming");
        pass(Duration.ofSeconds(1));

        assertThat(tried(connector)).containsExactly("websocket");
        assertThat(tried(connector)).containsExactly("websocket");
    }

    @Test
    void a_detour_that_is_needed_still_is_remembered_anew() {
        service.faults.refuseUpgrades(500, WireFaults.ALWAYS);
        SockJsConnector connector = connector(options -> options.rememberFor(Duration.ofMinutes(1)));
        tried(connector);
        pass(Duration.ofMinutes(1));
        assertThat(tried(connector)).containsExactly("websocket", "xhr_streaming");

        assertThat(tried(connector)).containsExactly("xhr_streaming");
    }

    @Test
    void a_transport_that_opened_and_does_not_any_more_is_left_for_the_others() {
        service.faults.refuseUpgrades(500, 1);
        SockJsConnector connector = connector(options -> options);
        tried(connector);
        service.faults.failHttp("POST /echo/*/*/xhr_streaming", 500, WireFaults.ALWAYS);

        assertThat(tried(connector)).containsExactly("xhr_streaming", "websocket");
        assertThat(tried(connector)).containsExactly("websocket");
    }

    @Test
    void what_opened_is_forgotten_when_nothing_opens() {
        service.faults.refuseUpgrades(500, 1);
        SockJsConnector connector = connector(WEBSOCKET, XHR_STREAMING);
        tried(connector);
        service.faults.refuseUpgrades(500, 1);
        service.faults.failHttp("POST /echo/*/*/xhr_streaming", 500, 1);

        assertThat(tried(connector)).containsExactly("xhr_streaming", "websocket");
        assertThat(error).isNotNull();
        assertThat(tried(connector)).containsExactly("websocket");
    }

    @Test
    void with_a_memory_of_zero_the_order_is_always_the_same() {
        service.faults.refuseUpgrades(500, WireFaults.ALWAYS);
        SockJsConnector connector = connector(options -> options.rememberFor(Duration.ZERO));

        assertThat(tried(connector)).containsExactly("websocket", "xhr_streaming");
        assertThat(tried(connector)).containsExactly("websocket", "xhr_streaming");
    }

    @Test
    void a_server_without_websockets_is_not_asked_for_one() {
        service(settings -> settings.withWebSocket(false));
        open(options -> options);

        assertThat(service.paths()).startsWith("info", "xhr_streaming");
    }

    @Test
    void when_nothing_else_is_wanted_the_server_itself_says_no() {
        service(settings -> settings.withWebSocket(false));
        connect(connector(WEBSOCKET));
        passMillis(10);

        assertThat(error)
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        refused -> assertThat(refused.status()).isEqualTo(404));
    }

    @Test
    void a_transport_that_does_not_open_in_time_is_left_for_the_next() {
        service.faults.stallUpgrades(true);
        service.faults.stallHttp("POST /echo/*/*/xhr_streaming", true);
        connect(connector(options -> options.minOpenTimeout(Duration.ofSeconds(2))));

        passMillis(1_900);
        assertThat(service.paths()).containsExactly("info", "websocket");
        passMillis(200);
        assertThat(service.paths()).containsExactly("info", "websocket", "xhr_streaming");
        passMillis(2_000);
        assertThat(service.paths()).startsWith("info", "websocket", "xhr_streaming", "eventsource");
        assertThat(pipes).hasSize(1);
    }

    @Test
    void a_websocket_that_opens_and_says_nothing_is_left_for_the_next() {
        service.faults.halfOpen(true);
        connect(connector(WEBSOCKET, RAW_WEBSOCKET));
        passMillis(900);
        assertThat(pipes).isEmpty();
        passMillis(200);

        assertThat(pipes).hasSize(1);
        assertThat(service.server.sockets()).as("the first is closed").isLessThanOrEqualTo(2);
    }

    @Test
    void the_limit_follows_the_round_trip_of_info() {
        service.faults.delayHttp("GET /echo/info", Duration.ofMillis(500));
        service.faults.stallUpgrades(true);
        connect(connector(WEBSOCKET, XHR_POLLING));

        // Twice four round trips.
        passMillis(500 + 3_900);
        assertThat(service.paths()).containsExactly("info", "websocket");
        passMillis(200);
        assertThat(pipes).hasSize(1);
    }

    @Test
    void the_limit_has_a_ceiling() {
        service.faults.delayHttp("GET /echo/info", Duration.ofSeconds(5));
        service.faults.stallUpgrades(true);
        connect(connector(WEBSOCKET, XHR_POLLING));

        passMillis(5_000 + 9_900);
        assertThat(pipes).isEmpty();
        passMillis(200);
        assertThat(pipes).hasSize(1);
    }

    @Test
    void when_none_opens_the_error_is_the_last_ones_with_the_others_in_it() {
        service.faults.refuseUpgrades(403, 1);
        service.faults.failHttp("POST /echo/*/*/xhr", 502, 1);
        connect(connector(WEBSOCKET, XHR_POLLING));
        passMillis(10);

        assertThat(error).isInstanceOf(HttpStatusException.ServerError.class);
        assertThat(error.getSuppressed()).hasSize(1).hasOnlyElementsOfType(HandshakeException.class);
    }

    @Test
    void the_log_does_not_quote_the_errors_of_others() {
        SockJsConnector connector = SockJsConnector.over(
                service.server.exchange(),
                service.server.streaming(),
                limits -> (request, listener) -> Mono.error(new IllegalStateException(TOKEN)),
                SockJsOptions.builder().transports(RAW_WEBSOCKET, XHR_POLLING).build(),
                limits,
                time);
        try (LogLines log = LogLines.of(SockJsConnector.class)) {
            connect(connector);
            passMillis(10);

            assertThat(log.at(Level.INFO, "did not open over"))
                    .singleElement(STRING)
                    .endsWith("IllegalStateException")
                    .doesNotContain(TOKEN);
        }
        assertThat(pipes).hasSize(1);
    }

    @Test
    void a_retry_after_reaches_the_engine() {
        service.faults.rateLimit("POST /echo/*/*/xhr", 1, Duration.ofSeconds(7));
        connect(connector(XHR_POLLING));
        passMillis(10);

        assertThat(((HttpStatusException) error).retryAfter()).contains(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>captive portal</html>", "", "\n", "a[\"too early\"]\n"})
    void an_answer_that_is_no_session_is_left_for_the_next(String body) {
        service.faults.malformedHttp("POST /echo/*/*/xhr", 1, body);
        open(options -> options.transports(XHR_POLLING, XHR_STREAMING));

        assertThat(service.paths()).startsWith("info", "xhr", "xhr_streaming");
        assertThat(received.messages).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "RAW_WEBSOCKET")
    void a_server_that_closes_at_once_with_a_code_of_its_own_is_believed(SockJsTransport transport) {
        service.onOpen = (request, socket) -> socket.close(4001, "not you");
        connect(connector(transport, RAW_WEBSOCKET));
        pass(Duration.ofSeconds(2));

        // The frame o comes first, so the session was open, and then closed.
        assertThat(pipes).hasSize(1);
        assertThat(ends).containsExactly(SessionEnd.remote(4001, "not you"));
    }

    @Test
    void a_close_before_the_open_frame_is_believed_too() {
        service.faults.malformedHttp("POST /echo/*/*/xhr", 1, "c[3000,\"no\"]\n");
        connect(connector(XHR_POLLING, XHR_STREAMING));
        passMillis(10);

        assertThat(error)
                .isInstanceOfSatisfying(
                        ConnectionLostException.class,
                        closed -> assertThat(closed.code()).isEqualTo(3000));
        assertThat(service.paths()).containsExactly("info", "xhr");
    }

    @ParameterizedTest
    @EnumSource
    void what_is_sent_right_at_opening_is_not_lost(SockJsTransport transport) {
        service.onOpen = (request, socket) -> {
            for (int i = 0; i < 40; i++) {
                socket.text("m" + i);
            }
        };
        open(transport);
        passMillis(10);

        assertThat(received.messages).hasSize(40).startsWith("m0").endsWith("m39");
    }

    // Giving up

    @ParameterizedTest
    @EnumSource(names = {"WEBSOCKET", "XHR_STREAMING", "EVENTSOURCE", "XHR_POLLING"})
    void cancelling_leaves_nothing_open(SockJsTransport transport) {
        service.faults.stallUpgrades(true);
        service.faults.delayHttp("POST /echo/*/*/*", Duration.ofMillis(100));
        service.faults.delayHttp("GET /echo/*/*/*", Duration.ofMillis(100));
        Disposable attempt = connector(transport)
                .connect(PipeRequest.to(SecretUri.of(service.url())), received)
                .subscribe();
        passMillis(50);

        attempt.dispose();
        service.faults.stallUpgrades(false);
        pass(Duration.ofSeconds(10));

        assertThat(service.server.sockets()).isZero();
        assertThat(service.endpoint.sessions()).isZero();
        assertThat(service.paths()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "RAW_WEBSOCKET")
    void cancelling_at_any_moment_leaves_nothing_open(SockJsTransport transport) {
        for (String calls : List.of("GET /echo/info", "GET /echo/*/*/*", "POST /echo/*/*/*")) {
            service.faults.delayHttp(calls, Duration.ofMillis(20));
        }
        for (int moment = 0; moment < 60; moment++) {
            Disposable attempt = connector(transport)
                    .connect(PipeRequest.to(SecretUri.of(service.url())), received)
                    .subscribe(pipes::add);
            passMillis(moment);
            attempt.dispose();
            pipes.forEach(pipe -> pipe.abort(new IllegalStateException("not wanted any more")));
            pass(Duration.ofSeconds(10));

            assertThat(service.server.sockets())
                    .as("sockets, cancelled after %d ms", moment)
                    .isZero();
            assertThat(service.endpoint.sessions())
                    .as("sessions, cancelled after %d ms", moment)
                    .isZero();
        }
        assertThat(pipes).as("opened before they were cancelled").isNotEmpty().hasSizeLessThan(60);
    }

    // Cookies, headers, query

    @ParameterizedTest
    @EnumSource(names = {"XHR_STREAMING", "EVENTSOURCE", "XHR_POLLING"})
    void cookies_of_a_balancer_go_with_every_request(SockJsTransport transport) {
        service(settings -> settings.withJsessionid(true));
        open(transport).ping();
        passMillis(10);

        List<ServerRequest> requests = service.requests;
        assertThat(requests.get(0).header("cookie")).isNull();
        assertThat(requests.get(requests.size() - 1).header("cookie")).isEqualTo("JSESSIONID=dummy");
    }

    @Test
    void cookies_stay_with_the_connector() {
        service(settings -> settings.withJsessionid(true));
        SockJsConnector connector = connector(XHR_POLLING);
        connect(connector);
        passMillis(10);
        connect(connector);
        passMillis(10);
        connect(connector(WEBSOCKET));
        passMillis(10);

        List<ServerRequest> requests = service.requests;
        assertThat(requests.get(requests.size() - 1).header("cookie")).isNull();
        assertThat(requests.get(requests.size() - 3).header("cookie")).isEqualTo("JSESSIONID=dummy");
    }

    @Test
    void a_cookie_of_the_users_own_goes_instead() {
        service(settings -> settings.withJsessionid(true));
        connect(
                connector(XHR_POLLING),
                new PipeRequest(SecretUri.of(service.url()), Map.of("Cookie", "mine=1"), List.of()));
        passMillis(10);

        assertThat(service.requests)
                .hasSizeGreaterThan(2)
                .allSatisfy(request -> assertThat(request.header("cookie")).isEqualTo("mine=1"));
    }

    @ParameterizedTest
    @EnumSource
    void headers_and_query_go_with_every_request(SockJsTransport transport) {
        PipeRequest request = new PipeRequest(
                SecretUri.of(service.url() + "?token=" + TOKEN), Map.of("authorization", "Bearer " + TOKEN), List.of());
        connect(connector(transport), request);
        passMillis(10);
        pipes.get(0).ping();
        passMillis(10);

        assertThat(service.requests)
                .isNotEmpty()
                .allSatisfy(seen -> assertThat(seen.query()).containsEntry("token", TOKEN));
        assertThat(service.requests)
                .filteredOn(seen -> !seen.isHandshake())
                .allSatisfy(seen -> assertThat(seen.header("authorization")).isEqualTo("Bearer " + TOKEN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://host/echo", "http:///echo", "/echo", "http://user:pass@host/echo"})
    void an_address_that_is_none_fails_and_shows_no_secret(String address) {
        connect(connector(XHR_POLLING), PipeRequest.to(SecretUri.of(address + "?token=" + TOKEN)));

        assertThat(error).isInstanceOf(InvalidOptionException.class).hasMessageNotContaining("pass");
        Secrets.assertNoneIn(error);
    }

    @Test
    void options_are_checked() {
        assertThatThrownBy(() -> SockJsOptions.builder().transports().build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("sockJs.transports");
        assertThatThrownBy(() ->
                        SockJsOptions.builder().transports(WEBSOCKET, WEBSOCKET).build())
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> SockJsOptions.builder()
                        .minOpenTimeout(Duration.ofSeconds(20))
                        .build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("sockJs.minOpenTimeout");
        assertThatThrownBy(() -> SockJsOptions.builder()
                        .receiveTimeout(Duration.ofSeconds(-1))
                        .build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("sockJs.receiveTimeout");
        assertThatThrownBy(() ->
                        SockJsOptions.builder().rememberFor(Duration.ofDays(2)).build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("sockJs.rememberFor");
        assertThatThrownBy(() -> SockJsOptions.builder().maxBatchBytes(0).build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("sockJs.maxBatchBytes");
        assertThatThrownBy(
                        () -> SockJsOptions.builder().sendTimeout(Duration.ZERO).build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("sockJs.sendTimeout");
        assertThatThrownBy(() ->
                        SockJsOptions.builder().infoTimeout(Duration.ofDays(2)).build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("sockJs.infoTimeout");
    }
}
