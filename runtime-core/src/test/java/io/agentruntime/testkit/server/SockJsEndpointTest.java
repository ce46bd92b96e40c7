package io.agentruntime.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpReply;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** What a client of the endpoint sees, byte for byte; the facts are those of {@code sockjs} 0.3.24 for Node. */
class SockJsEndpointTest implements ServerProtocol {

    private static final Duration NEVER = Duration.ofDays(1);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final List<String> received = new ArrayList<>();
    private final List<ServerSocket> opened = new ArrayList<>();
    private SockJsEndpoint endpoint;
    private EmbeddedServer server;

    /** One receiving answer. */
    private static final class Answer {
        final StringBuilder body = new StringBuilder();
        String contentType = "";
        int status;
        boolean ended;
        boolean broken;
        Disposable subscription;

        String next() {
            String text = body.toString();
            body.setLength(0);
            return text;
        }
    }

    SockJsEndpointTest() {
        start(SockJsSettings.defaults());
    }

    private void start(SockJsSettings settings) {
        Confined confined = new Confined();
        endpoint = new SockJsEndpoint("/echo", settings, (request, socket) -> {
            opened.add(socket);
            return new SocketHandler() {
                @Override
                public void received(byte[] payload, boolean binary) {
                    received.add(new String(payload, StandardCharsets.UTF_8));
                }

                @Override
                public void closed() {
                    received.add("<closed>");
                }
            };
        });
        server = EmbeddedServer.inMemory(this, confined, ServerSettings.defaults(), time);
        endpoint.attach(server);
    }

    @AfterEach
    void stop() {
        time.dispose();
    }

    @Override
    public Mono<Handshake> handshake(ServerRequest request) {
        return endpoint.handshake(request);
    }

    @Override
    public Mono<HttpOutcome> http(ServerRequest request) {
        return endpoint.http(request);
    }

    private void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    private static HttpCall call(String method, String path, String body, Map<String, String> headers) {
        return new HttpCall(
                method,
                URI.create("http://host.test" + path),
                headers,
                body == null ? null : body.getBytes(StandardCharsets.UTF_8),
                NEVER,
                1 << 20);
    }

    private HttpReply exchange(String method, String path, String body, Map<String, String> headers) {
        List<HttpReply> replies = new ArrayList<>();
        server.exchange().exchange(call(method, path, body, headers)).subscribe(replies::add);
        pass(Duration.ofMillis(1));
        return replies.get(0);
    }

    private HttpReply exchange(String method, String path, String body) {
        return exchange(method, path, body, Map.of());
    }

    private static String text(HttpReply reply) {
        return new String(reply.body(), StandardCharsets.UTF_8);
    }

    private Answer receive(String method, String path) {
        Answer answer = new Answer();
        answer.subscription = server.streaming().stream(
                        call(method, path, null, new HashMap<>()), NEVER, (head, body) -> {
                            answer.status = head.status();
                            answer.contentType = head.header("content-type").orElse("");
                            return body;
                        })
                .subscribe(
                        chunk -> answer.body.append(new String(chunk, StandardCharsets.UTF_8)),
                        error -> answer.broken = true,
                        () -> answer.ended = true);
        pass(Duration.ofMillis(1));
        return answer;
    }

    private Answer poll(String session) {
        return receive("POST", "/echo/000/" + session + "/xhr");
    }

    private HttpReply send(String session, String body) {
        return exchange("POST", "/echo/000/" + session + "/xhr_send", body);
    }

    // Plain requests

    @Test
    void info_says_what_there_is() {
        HttpReply info = exchange("GET", "/echo/info", null);

        assertThat(info.status()).isEqualTo(200);
        assertThat(text(info))
                .matches(
                        "\\{\"websocket\":true,\"origins\":\\[\"\\*:\\*\"],\"cookie_needed\":false,\"entropy\":[0-9]+}");
        assertThat(info.header("cache-control").orElseThrow()).contains("no-store");
    }

    @Test
    void info_without_websockets_and_with_cookies() {
        start(SockJsSettings.defaults().withWebSocket(false).withJsessionid(true));

        assertThat(text(exchange("GET", "/echo/info", null))).contains("\"websocket\":false", "\"cookie_needed\":true");
        assertThat(exchange("GET", "/echo/websocket", null).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/echo", "/echo/"})
    void the_base_address_greets(String path) {
        assertThat(text(exchange("GET", path, null))).isEqualTo("Welcome to SockJS!\n");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /echo/a, 404",
        "GET, /echo/a/b/c, 404",
        "POST, /echo/a.b/c/xhr, 404",
        "POST, /echo/a/b.c/xhr, 404",
        "POST, /echo/a/b/c/xhr, 404",
        "POST, /echo//b/xhr, 404",
        "GET, /echo/a/b/xhr, 405",
        "PUT, /echo/a/b/xhr_send, 405",
        "POST, /echo/a/b/eventsource, 405",
        "POST, /echo/info, 405",
        "GET, /echo/websocket, 400",
        "GET, /echo/a/b/websocket, 400",
    })
    void what_is_no_session_or_not_the_method_is_refused(String method, String path, int status) {
        assertThat(exchange(method, path, null).status()).isEqualTo(status);
    }

    @Test
    void a_preflight_is_answered() {
        HttpReply reply = exchange("OPTIONS", "/echo/a/b/xhr", null, Map.of("origin", "http://page.test"));

        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.header("access-control-allow-methods")).contains("OPTIONS, POST");
        assertThat(reply.header("access-control-allow-origin")).contains("http://page.test");
        assertThat(reply.header("access-control-allow-credentials")).contains("true");
    }

    // Polling

    @Test
    void a_poll_gets_one_frame_and_a_line_feed() {
        Answer first = poll("s");
        assertThat(first.next()).isEqualTo("o\n");
        assertThat(first.ended).isTrue();
        assertThat(first.contentType).isEqualTo("application/javascript; charset=UTF-8");

        Answer second = poll("s");
        assertThat(second.ended).isFalse();
        opened.get(0).text("one");
        pass(Duration.ofMillis(1));
        assertThat(second.next()).isEqualTo("a[\"one\"]\n");
        assertThat(second.ended).isTrue();

        opened.get(0).text("two");
        opened.get(0).text("three");
        assertThat(poll("s").next()).isEqualTo("a[\"two\",\"three\"]\n");
    }

    @Test
    void a_second_poll_is_told_that_another_connection_is_open() {
        poll("s");
        Answer open = poll("s");

        Answer second = poll("s");

        assertThat(second.next()).isEqualTo("c[2010,\"Another connection still open\"]\n");
        assertThat(second.ended).isTrue();
        opened.get(0).text("still there");
        pass(Duration.ofMillis(1));
        assertThat(open.next()).isEqualTo("a[\"still there\"]\n");
    }

    @Test
    void a_session_lives_5_s_between_two_polls() {
        poll("s");
        pass(Duration.ofMillis(4_900));
        assertThat(endpoint.sessions()).isOne();
        Answer again = poll("s");
        assertThat(again.next()).isEmpty();
        opened.get(0).text("x");
        pass(Duration.ofMillis(5_100));

        assertThat(endpoint.sessions()).isZero();
        assertThat(received).containsExactly("<closed>");
        assertThat(poll("s").next()).as("another session").isEqualTo("o\n");
    }

    @Test
    void an_aborted_poll_kills_the_session() {
        poll("s");
        Answer open = poll("s");

        open.subscription.dispose();
        pass(Duration.ofMillis(1));

        assertThat(received).containsExactly("<closed>");
        assertThat(send("s", "[\"late\"]").status()).isEqualTo(404);
    }

    @Test
    void a_heartbeat_comes_after_25_s() {
        poll("s");
        Answer open = poll("s");
        pass(Duration.ofMillis(24_900));
        assertThat(open.next()).isEmpty();
        pass(Duration.ofMillis(200));

        assertThat(open.next()).isEqualTo("h\n");
        assertThat(open.ended).isTrue();
    }

    @Test
    void a_closed_session_says_so_to_each_poll_for_5_s() {
        poll("s");
        opened.get(0).text("last words");
        opened.get(0).close(3000, "Go away!");

        assertThat(poll("s").next()).isEqualTo("a[\"last words\"]\n");
        assertThat(poll("s").next()).isEqualTo("c[3000,\"Go away!\"]\n");
        assertThat(poll("s").next()).isEqualTo("c[3000,\"Go away!\"]\n");
        pass(Duration.ofMillis(5_100));
        assertThat(poll("s").next()).isEqualTo("o\n");
    }

    // Sending

    @Test
    void what_is_sent_is_answered_with_204() {
        poll("s");

        HttpReply reply = send("s", "[\"one\",\"tw\\u006f\"]");

        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.body()).isEmpty();
        assertThat(received).containsExactly("one", "two");
        assertThat(send("s", "[]").status()).isEqualTo(204);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "[\"x, Broken JSON encoding.",
                "``, Payload expected.",
                "{}, Payload expected.",
                "\"x\", Payload expected."
            })
    void what_cannot_be_read_is_answered_with_500(String body, String message) {
        poll("s");

        HttpReply reply = send("s", body);

        assertThat(reply.status()).isEqualTo(500);
        assertThat(text(reply)).isEqualTo(message);
        assertThat(received).isEmpty();
    }

    @Test
    void an_unknown_session_is_answered_with_404() {
        assertThat(send("nobody", "[\"x\"]").status()).isEqualTo(404);
    }

    // Streaming

    @Test
    void a_stream_begins_with_2048_h() {
        Answer stream = receive("POST", "/echo/000/s/xhr_streaming");

        assertThat(stream.next()).isEqualTo("h".repeat(2048) + "\no\n");
        opened.get(0).text("one");
        opened.get(0).text("two");
        pass(Duration.ofMillis(1));
        assertThat(stream.next()).isEqualTo("a[\"one\"]\na[\"two\"]\n");
        assertThat(stream.ended).isFalse();
    }

    @Test
    void a_stream_ends_after_128_KiB_and_the_session_goes_on() {
        Answer stream = receive("POST", "/echo/000/s/xhr_streaming");
        for (int i = 0; i < 128; i++) {
            assertThat(stream.ended).isFalse();
            opened.get(0).text("x".repeat(1024 - 6 + (i == 0 ? -2 : 0)));
            pass(Duration.ofMillis(1));
        }
        assertThat(stream.ended).isTrue();

        Answer next = receive("POST", "/echo/000/s/xhr_streaming");
        assertThat(next.next()).isEqualTo("h".repeat(2048) + "\n");
        assertThat(opened).hasSize(1);
    }

    @Test
    void an_eventsource_escapes_percent_signs() {
        Answer stream = receive("GET", "/echo/000/s/eventsource");
        assertThat(stream.contentType).isEqualTo("text/event-stream");
        assertThat(stream.next()).isEqualTo("\r\ndata: o\r\n\r\n");

        opened.get(0).text("100 %\r\n\0");
        pass(Duration.ofMillis(1));
        assertThat(stream.next()).isEqualTo("data: a[\"100 %25\\r\\n\\u0000\"]\r\n\r\n");
    }

    @Test
    void characters_that_browsers_change_are_escaped() {
        poll("s");
        opened.get(0).text("\u200c\u2028\ufff0\uD83D\uDE00é");

        assertThat(poll("s").next()).isEqualTo("a[\"\\u200c\\u2028\\ufff0\\ud83d\\ude00é\"]\n");
    }

    // Cookies

    @Test
    void jsessionid_is_sent_back_or_made_up() {
        start(SockJsSettings.defaults().withJsessionid(true));

        assertThat(exchange("OPTIONS", "/echo/a/b/xhr", null).header("set-cookie"))
                .contains("JSESSIONID=dummy; path=/");
        assertThat(exchange("OPTIONS", "/echo/a/b/xhr", null, Map.of("cookie", "a=b; JSESSIONID=mine"))
                        .header("set-cookie"))
                .contains("JSESSIONID=mine; path=/");
    }
}
