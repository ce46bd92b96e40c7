package io.agentruntime.transport.sockjs;

import static io.agentruntime.transport.sockjs.SockJsTransport.RAW_WEBSOCKET;
import static io.agentruntime.transport.sockjs.SockJsTransport.WEBSOCKET;
import static io.agentruntime.transport.sockjs.SockJsTransport.XHR_POLLING;
import static io.agentruntime.transport.sockjs.SockJsTransport.XHR_STREAMING;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.SessionEnd;
import io.agentruntime.connection.SessionEnd.Initiator;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.EncodeException;
import io.agentruntime.error.FrameTooLargeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.LivenessTimeoutException;
import io.agentruntime.error.OutboundOverflowException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.error.SessionLostException;
import io.agentruntime.testkit.server.ServerRequest;
import io.agentruntime.testkit.server.WireFaults;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.WebSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The rules of the protocol, from the client's side, in virtual time. */
class SockJsRulesTest extends InMemorySockJs {

    private static final String SEND = "POST /echo/*/*/xhr_send";

    private List<String> sent() {
        return service.requests.stream()
                .filter(request -> request.path().endsWith("/xhr_send"))
                .map(request -> new String(request.body(), StandardCharsets.UTF_8))
                .toList();
    }

    private List<String> send(Pipe pipe, String... messages) {
        List<String> outcomes = new ArrayList<>();
        for (String message : messages) {
            pipe.send(OutboundMessage.text(message))
                    .subscribe(
                            nothing -> {},
                            failure -> outcomes.add(failure.getClass().getSimpleName()),
                            () -> outcomes.add("done"));
        }
        return outcomes;
    }

    // Addresses

    @Test
    void a_session_has_an_address_of_its_own_without_dots_and_slashes() {
        open(XHR_POLLING);
        open(XHR_POLLING);

        List<String> paths = service.requests.stream()
                .map(ServerRequest::path)
                .filter(path -> path.endsWith("/xhr"))
                .distinct()
                .toList();
        assertThat(paths).hasSize(2).allMatch(path -> path.matches("/echo/[0-9]{3}/[0-9a-v]{20,26}/xhr"));
    }

    // Receiving

    @Test
    void one_poll_at_a_time_and_the_next_at_once() {
        Pipe pipe = open(XHR_POLLING);
        for (int i = 0; i < 20; i++) {
            service.socket().text("m" + i);
            passMillis(1);
        }

        assertThat(received.messages).hasSize(20).startsWith("m0", "m1").endsWith("m19");
        // Another one at the same time would have been answered with c[2010].
        assertThat(service.paths().stream().filter("xhr"::equals)).hasSizeBetween(20, 22);
        assertThat(pipe.queuedBytes()).isZero();
        assertThat(ends).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"XHR_STREAMING", "EVENTSOURCE"})
    void the_response_ends_after_its_limit_and_nothing_is_lost(SockJsTransport transport) {
        service(settings -> settings.withResponseLimit(4096));
        open(transport);
        List<String> messages = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            messages.add(i + "x".repeat(100));
            service.socket().text(messages.get(i));
        }
        passMillis(100);

        assertThat(received.messages).isEqualTo(messages);
        assertThat(service.paths().stream().filter(transport.path().substring(1)::equals))
                .hasSizeGreaterThan(1);
        assertThat(service.opened).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "RAW_WEBSOCKET")
    void percent_signs_line_ends_and_nul_arrive_as_they_were(SockJsTransport transport) {
        open(transport);
        String text = "100 % \r\n\0 %0A %25 \"quoted\" \\ \u2028 \uD83D\uDE00";

        service.socket().text(text);
        passMillis(10);

        assertThat(received.messages).containsExactly(text);
    }

    @Test
    void a_frame_that_cannot_be_read_is_reported_and_nothing_else_is_lost() {
        open(XHR_STREAMING);
        service.socket().text("before");
        service.faults.sendGarbage("a[oops]\n".getBytes(StandardCharsets.UTF_8));
        service.socket().text("after");
        passMillis(10);

        assertThat(received.messages).containsExactly("before", "after");
        assertThat(received.errors).hasSize(1);
        assertThat(ends).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "RAW_WEBSOCKET")
    void a_message_above_the_limit_is_skipped_and_its_neighbours_are_not(SockJsTransport transport) {
        limits = WebSocketOptions.builder().maxMessageBytes(1000).build();
        open(transport);
        service.socket().text("before");
        service.socket().text("x".repeat(1001));
        service.socket().text("y".repeat(1000));
        passMillis(10);

        assertThat(received.messages).containsExactly("before", "y".repeat(1000));
        assertThat(received.errors).hasSize(1).hasOnlyElementsOfType(FrameTooLargeException.class);
        assertThat(ends).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void a_throwing_listener_harms_nothing(SockJsTransport transport) {
        service.onOpen = (request, socket) -> {
            socket.text("1");
            socket.text("2");
            socket.text("3");
        };
        received.throwing = true;
        Pipe pipe = open(transport);
        service.socket().text("4");
        passMillis(10);

        assertThat(received.messages).containsExactly("1", "2", "3", "4");
        assertThat(ends).isEmpty();
        pipe.ping();
        passMillis(10);
        assertThat(ends).isEmpty();
    }

    @Test
    void an_answer_that_ends_right_behind_its_prelude_ends_the_session() {
        open(options -> options.transports(XHR_STREAMING));
        service.faults.malformedHttp("POST /echo/*/*/xhr_streaming", 1, "h".repeat(2048) + "\n");
        service.endpoint.loseSessionsQuietly();
        passMillis(10);

        assertThat(ends).hasSize(1);
        assertThat(ends.get(0).cause())
                .isInstanceOf(ConnectionLostException.class)
                .isNotInstanceOf(SessionLostException.class);
    }

    // Sending

    @Test
    void messages_wait_for_the_post_under_way_and_go_together() {
        Pipe pipe = open(XHR_POLLING);
        service.faults.delayHttp(SEND, Duration.ofMillis(100));

        List<String> outcomes = send(pipe, "1", "2", "3", "4");
        passMillis(50);
        assertThat(outcomes).containsExactly("done");
        assertThat(pipe.queuedBytes()).isEqualTo(3);
        passMillis(150);

        assertThat(sent()).containsExactly("[\"1\"]", "[\"2\",\"3\",\"4\"]");
        assertThat(outcomes).hasSize(4).containsOnly("done");
        assertThat(pipe.queuedBytes()).isZero();
        passMillis(150);
        assertThat(service.received).containsExactly("1", "2", "3", "4");
    }

    @Test
    void a_batch_that_has_enough_takes_no_more() {
        Pipe pipe = open(options -> options.transports(XHR_POLLING).maxBatchBytes(10));
        service.faults.delayHttp(SEND, Duration.ofMillis(10));

        send(pipe, "0", "aaaa", "bbbb", "cccc", "x".repeat(100), "dddd");
        passMillis(200);

        assertThat(sent())
                .containsExactly(
                        "[\"0\"]", "[\"aaaa\",\"bbbb\"]", "[\"cccc\",\"" + "x".repeat(100) + "\"]", "[\"dddd\"]");
    }

    @Test
    void an_urgent_message_goes_ahead_of_the_queue() {
        Pipe pipe = open(XHR_POLLING);
        service.faults.delayHttp(SEND, Duration.ofMillis(100));

        send(pipe, "1", "2", "3");
        pipe.send(OutboundMessage.text("urgent").asUrgent()).subscribe();
        passMillis(500);

        assertThat(service.received).containsExactly("1", "urgent", "2", "3");
    }

    @Test
    void a_full_queue_refuses_messages_but_not_urgent_ones() {
        limits = WebSocketOptions.builder().maxQueuedBytes(2048).build();
        Pipe pipe = open(XHR_POLLING);
        service.faults.stallHttp(SEND, true);

        List<String> outcomes = send(pipe, "first", "x".repeat(1900), "y".repeat(1900));
        List<String> urgent =
                outcome(pipe.send(OutboundMessage.text("z".repeat(1900)).asUrgent()));
        passMillis(10);
        assertThat(outcomes).containsExactlyInAnyOrder("done", OutboundOverflowException.class.getSimpleName());
        assertThat(urgent).isEmpty();

        service.faults.stallHttp(SEND, false);
        passMillis(10);
        assertThat(urgent).containsExactly("done");
    }

    @Test
    void a_cancelled_message_is_not_sent() {
        Pipe pipe = open(XHR_POLLING);
        service.faults.delayHttp(SEND, Duration.ofMillis(100));

        send(pipe, "1");
        pipe.send(OutboundMessage.text("cancelled")).subscribe().dispose();
        send(pipe, "2");
        passMillis(500);

        assertThat(service.received).containsExactly("1", "2");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "RAW_WEBSOCKET")
    void a_binary_message_fails_and_the_pipe_goes_on(SockJsTransport transport) {
        Pipe pipe = open(transport);

        List<String> outcome =
                outcome(pipe.send(OutboundMessage.binary(a -> a.buffer().writeByte(1))));
        send(pipe, "text");
        passMillis(10);

        assertThat(outcome).containsExactly(EncodeException.class.getSimpleName());
        assertThat(service.received).containsExactly("text");
    }

    @Test
    void flushed_waits_for_what_was_queued_before() {
        Pipe pipe = open(XHR_POLLING);
        service.faults.delayHttp(SEND, Duration.ofMillis(100));

        send(pipe, "1", "2");
        List<String> flushed = outcome(pipe.flushed());
        passMillis(50);
        assertThat(flushed).isEmpty();
        passMillis(100);
        assertThat(flushed).containsExactly("done");
    }

    @Test
    void a_post_whose_answer_is_lost_ends_the_session_and_is_not_sent_again() {
        Pipe pipe = open(XHR_STREAMING);
        service.faults.loseAnswers(SEND, 1);

        send(pipe, "once");
        List<String> late = send(pipe, "late");
        passMillis(10);

        assertThat(ends).hasSize(1);
        assertThat(ends.get(0).cause()).isInstanceOf(OutcomeUnknownException.class);
        assertThat(sent()).containsExactly("[\"once\"]");
        assertThat(late).containsExactly("OutcomeUnknownException");
        assertThat(service.ends).contains("closed");
    }

    @Test
    void a_post_without_an_answer_ends_the_session_at_its_limit() {
        Pipe pipe = open(options -> options.transports(XHR_STREAMING).sendTimeout(Duration.ofSeconds(3)));
        service.faults.stallHttp(SEND, true);

        send(pipe, "once");
        passMillis(2_900);
        assertThat(ends).isEmpty();
        passMillis(200);

        assertThat(ends.get(0).cause()).isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void a_post_to_a_session_that_the_server_does_not_know_is_a_lost_session() {
        Pipe pipe = open(XHR_POLLING);
        service.faults.failHttp(SEND, 404, 1);

        send(pipe, "lost");
        passMillis(10);

        assertThat(ends.get(0).initiator()).isEqualTo(Initiator.NONE);
        assertThat(ends.get(0).cause()).isInstanceOf(SessionLostException.class);
    }

    @Test
    void a_post_that_is_refused_ends_the_session_with_the_status() {
        Pipe pipe = open(XHR_POLLING);
        service.faults.failHttp(SEND, 500, 1);

        send(pipe, "refused");
        passMillis(10);

        assertThat(ends.get(0).cause())
                .isInstanceOf(ConnectionLostException.class)
                .hasCauseInstanceOf(HttpStatusException.ServerError.class);
    }

    // Signs of life

    @ParameterizedTest
    @EnumSource(names = {"XHR_STREAMING", "EVENTSOURCE", "XHR_POLLING"})
    void heartbeats_are_a_sign_of_life(SockJsTransport transport) {
        open(transport);
        int before = received.pongs.get();
        pass(Duration.ofSeconds(24));
        assertThat(received.pongs).hasValue(before);
        pass(Duration.ofSeconds(2));
        assertThat(received.pongs).hasValue(before + 1);

        pass(Duration.ofMinutes(10));
        assertThat(received.pongs).hasValueGreaterThan(before + 20);
        assertThat(ends).isEmpty();
    }

    @Test
    void over_a_websocket_the_heartbeat_is_a_ping() {
        open(WEBSOCKET);

        pass(Duration.ofMinutes(10));

        assertThat(received.pongs).hasValueGreaterThan(20);
        assertThat(ends).isEmpty();
    }

    @Test
    void over_http_a_ping_is_a_request_without_messages() {
        Pipe pipe = open(XHR_POLLING);

        pipe.ping();
        passMillis(10);

        assertThat(sent()).containsExactly("[]");
        assertThat(received.pongs).hasValue(1);
        assertThat(service.received).isEmpty();
    }

    @Test
    void a_post_under_way_will_do_as_a_ping() {
        Pipe pipe = open(XHR_POLLING);
        service.faults.delayHttp(SEND, Duration.ofMillis(100));

        send(pipe, "1");
        pipe.ping();
        passMillis(500);

        assertThat(sent()).containsExactly("[\"1\"]");
        assertThat(received.pongs).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"XHR_STREAMING", "EVENTSOURCE", "XHR_POLLING"})
    void a_silent_answer_ends_the_session_though_posts_get_through(SockJsTransport transport) {
        Pipe pipe = open(transport);
        // From now on the receiving half of the session is dead, and the sending half is answered by a balancer, say.
        service.faults.freezeSockets();
        service.faults.failHttp(SEND, 204, WireFaults.ALWAYS);
        for (int i = 0; i < 5; i++) {
            pass(Duration.ofSeconds(10));
            pipe.ping();
        }
        pass(Duration.ofSeconds(9));
        assertThat(ends).isEmpty();
        assertThat(received.pongs).hasValueGreaterThanOrEqualTo(5);
        pass(Duration.ofSeconds(2));

        assertThat(ends).hasSize(1);
        assertThat(ends.get(0).cause()).isInstanceOf(LivenessTimeoutException.class);
        assertThat(outcome(pipe.send(OutboundMessage.text("late")))).containsExactly("LivenessTimeoutException");
    }

    @Test
    void without_a_limit_a_silent_answer_lasts() {
        open(options -> options.transports(XHR_STREAMING).receiveTimeout(Duration.ZERO));
        service.faults.freezeSockets();

        pass(Duration.ofHours(5));

        assertThat(ends).isEmpty();
    }

    // Backpressure

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "RAW_WEBSOCKET")
    void not_reading_holds_messages_back_and_they_come_in_order(SockJsTransport transport) {
        Pipe pipe = open(transport);
        pipe.reading(false);
        passMillis(10);

        for (int i = 0; i < 10; i++) {
            service.socket().text("m" + i);
            passMillis(10);
        }
        assertThat(received.messages).isEmpty();
        pass(Duration.ofSeconds(4));
        pipe.reading(true);
        passMillis(10);

        assertThat(received.messages).hasSize(10).startsWith("m0").endsWith("m9");
        service.socket().text("next");
        passMillis(10);
        assertThat(received.messages).hasSize(11);
    }

    @ParameterizedTest
    @EnumSource(names = {"XHR_STREAMING", "EVENTSOURCE", "XHR_POLLING"})
    void a_session_that_is_not_read_lives_on_while_there_is_room(SockJsTransport transport) {
        Pipe pipe = open(transport);
        pipe.reading(false);
        service.socket().text("first");

        pass(Duration.ofMinutes(10));
        service.socket().text("last");
        passMillis(10);
        pipe.reading(true);
        passMillis(10);

        assertThat(received.messages).containsExactly("first", "last");
        assertThat(ends).isEmpty();
    }

    @Test
    void what_is_held_is_bounded() {
        limits = WebSocketOptions.builder().windowBytes(1024).build();
        Pipe pipe = open(XHR_POLLING);
        pipe.reading(false);
        passMillis(10);
        for (int i = 0; i < 100; i++) {
            service.socket().text(i + "x".repeat(200));
            passMillis(1);
        }
        long polls = service.paths().stream().filter("xhr"::equals).count();

        assertThat(polls).isLessThan(12);
        pass(Duration.ofSeconds(4));
        pipe.reading(true);
        passMillis(100);
        assertThat(received.messages).hasSize(100);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "RAW_WEBSOCKET")
    void a_close_behind_held_messages_comes_behind_them(SockJsTransport transport) {
        Pipe pipe = open(transport);
        pipe.reading(false);
        passMillis(10);
        service.socket().text("last words");
        service.socket().close(3000, "bye");
        passMillis(100);

        pipe.reading(true);
        passMillis(10);

        assertThat(received.messages).containsExactly("last words");
        assertThat(ends).containsExactly(SessionEnd.remote(3000, "bye"));
    }

    // Ends

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "RAW_WEBSOCKET")
    void the_true_close_code_is_the_one_of_the_frame(SockJsTransport transport) {
        Pipe pipe = open(transport);

        service.socket().close(3001, "Go away!");
        List<String> late = new ArrayList<>();
        pipe.ended().subscribe(end -> late.addAll(outcome(pipe.send(OutboundMessage.text("late")))));
        pass(Duration.ofSeconds(2));

        assertThat(ends).containsExactly(SessionEnd.remote(3001, "Go away!"));
        assertThat(late).containsExactly("ConnectionLostException");
    }

    @ParameterizedTest
    @EnumSource
    void a_close_in_the_midst_of_messages_comes_behind_those_before_it(SockJsTransport transport) {
        open(transport);

        List<String> all = IntStream.range(0, 100).mapToObj(String::valueOf).toList();
        all.forEach(text -> service.socket().text(text));
        service.socket().close(3001, "Go away!");
        service.socket().text("late");
        pass(Duration.ofSeconds(2));

        assertThat(received.messages).isEqualTo(all);
        assertThat(ends).containsExactly(SessionEnd.remote(3001, "Go away!"));
    }

    @ParameterizedTest
    @EnumSource(names = {"XHR_STREAMING", "EVENTSOURCE", "XHR_POLLING"})
    void a_server_that_goes_down_in_the_middle_of_a_post_ends_the_session_once(SockJsTransport transport) {
        Pipe pipe = open(transport);
        service.faults.stallHttp(SEND, true);
        send(pipe, "once");
        send(pipe, "waiting");
        passMillis(10);

        service.server.stop(null).subscribe();
        service.server.start().subscribe();
        pass(Duration.ofSeconds(20));

        assertThat(ends).hasSize(1);
        assertThat(ends.get(0).initiator()).isEqualTo(SessionEnd.Initiator.NONE);
        assertThat(sent()).containsExactly("[\"once\"]");
    }

    @ParameterizedTest
    @EnumSource(names = {"XHR_STREAMING", "EVENTSOURCE", "XHR_POLLING"})
    void a_fresh_open_frame_on_the_next_answer_is_a_lost_session(SockJsTransport transport) {
        open(transport);

        // This ends a poll, and the session is gone before the next one arrives.
        service.faults.delayHttp("POST /echo/*/*/xhr", Duration.ofMillis(10));
        service.socket().text("last");
        service.endpoint.loseSessionsQuietly();
        passMillis(50);

        assertThat(received.messages).containsExactly("last");
        assertThat(ends).hasSize(1);
        assertThat(ends.get(0).initiator()).isEqualTo(Initiator.NONE);
        assertThat(ends.get(0).status().code()).isEqualTo(1006);
        assertThat(ends.get(0).cause()).isInstanceOf(SessionLostException.class);
    }

    @ParameterizedTest
    @EnumSource
    void a_broken_connection_ends_the_session_once(SockJsTransport transport) {
        Pipe pipe = open(transport);
        List<String> flushed = outcome(pipe.flushed());

        service.faults.dropAllSockets();
        pass(Duration.ofSeconds(1));

        assertThat(ends).hasSize(1);
        assertThat(ends.get(0).initiator()).isEqualTo(Initiator.NONE);
        assertThat(ends.get(0).cause()).isInstanceOf(ConnectionLostException.class);
        assertThat(flushed).containsExactly("done");
    }

    @ParameterizedTest
    @EnumSource(names = {"XHR_STREAMING", "EVENTSOURCE", "XHR_POLLING"})
    void closing_lets_the_post_under_way_get_through_and_aborts_the_answer(SockJsTransport transport) {
        Pipe pipe = open(transport);
        service.faults.delayHttp(SEND, Duration.ofMillis(100));
        List<String> outcomes = send(pipe, "under way", "queued");
        passMillis(10);

        List<String> closed = outcome(pipe.close(1000, "bye", Duration.ofSeconds(5)));
        passMillis(50);
        assertThat(closed).isEmpty();
        passMillis(100);

        assertThat(closed).containsExactly("done");
        assertThat(service.received).containsExactly("under way");
        assertThat(outcomes).containsExactly("done", "DisconnectedException");
        assertThat(ends).containsExactly(SessionEnd.local(1000, "bye"));
        assertThat(service.ends).containsExactly("closed");
        assertThat(service.endpoint.sessions()).isZero();
    }

    @Test
    void closing_is_bounded_by_its_limit() {
        Pipe pipe = open(XHR_POLLING);
        service.faults.stallHttp(SEND, true);
        send(pipe, "under way");

        List<String> closed = outcome(pipe.close(1000, "bye", Duration.ofSeconds(2)));
        pass(Duration.ofMillis(1_900));
        assertThat(closed).isEmpty();
        pass(Duration.ofMillis(200));

        assertThat(closed).containsExactly("done");
        assertThat(ends).containsExactly(SessionEnd.local(1000, "bye"));
        assertThat(service.ends).containsExactly("closed");
    }

    @ParameterizedTest
    @EnumSource
    void an_abort_names_its_cause_and_the_server_learns_of_it(SockJsTransport transport) {
        Pipe pipe = open(transport);
        IllegalStateException cause = new IllegalStateException("liveness");

        pipe.abort(cause);
        passMillis(10);

        assertThat(ends).containsExactly(SessionEnd.broken(cause));
        assertThat(service.ends).contains("closed");
        pipe.ping();
        pipe.reading(true);
        passMillis(10);
    }

    @ParameterizedTest
    @EnumSource(names = {"XHR_STREAMING", "EVENTSOURCE"})
    void an_answer_that_ends_in_the_middle_of_a_frame_ends_the_session(SockJsTransport transport) {
        service(settings -> settings.withResponseLimit(100));
        open(transport);
        service.faults.sendGarbage("data: a[\"half".getBytes(StandardCharsets.UTF_8));
        service.endpoint.loseSessionsQuietly();
        passMillis(10);

        assertThat(ends).hasSize(1);
        assertThat(ends.get(0).cause()).isInstanceOf(ConnectionLostException.class);
    }

    @Test
    void a_raw_websocket_has_no_frames_and_carries_binary_messages() {
        Pipe pipe = open(RAW_WEBSOCKET);

        send(pipe, "a[\"as it is\"]");
        pipe.send(OutboundMessage.binary(a -> a.buffer().writeByte('b'))).subscribe();
        passMillis(10);

        assertThat(service.received).containsExactly("a[\"as it is\"]", "binary:b");
        assertThat(received.messages).contains("a[\"as it is\"]");
        assertThat(service.paths()).containsExactly("websocket");
    }
}
