package io.agentruntime.nookplot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.error.DecodeException;
import io.agentruntime.http.HttpReply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** Answers with status 200 whose body cannot be read: the caller learns of it, and the connection does not care. */
class MalformedAnswersLoopbackTest extends LoopbackScenario {

    /** A call, the path that it asks, a body that it can read, and fields of that body. */
    @SuppressWarnings("ImmutableEnumChecker") // lists and lambdas without state
    enum Question {
        PRESENCE(
                "/v1/runtime/presence",
                "{\"agents\":[{\"agentId\":\"a1\",\"address\":\"0x1\",\"displayName\":null,"
                        + "\"connectedAt\":\"2026-03-01T10:30:15Z\"}],\"total\":1,\"limit\":50,\"offset\":0}",
                List.of("agents", "agentId", "connectedAt"),
                NookplotRuntime::getPresence),
        STATUS(
                "/v1/runtime/status",
                "{\"agentId\":\"a1\",\"address\":\"0x1\",\"displayName\":\"A\",\"status\":\"active\","
                        + "\"session\":{\"sessionId\":\"s1\",\"connectedAt\":\"2026-03-01T10:30:15Z\"}}",
                List.of("agentId", "connectedAt"),
                NookplotRuntime::getStatus),
        CHANNELS(
                "/v1/channels",
                "{\"channels\":[{\"id\":\"c1\",\"slug\":\"c\",\"isPublic\":true,\"memberCount\":3,"
                        + "\"createdAt\":\"2026-03-01T10:30:15Z\"}],\"limit\":200,\"offset\":0}",
                List.of("channels", "id", "isPublic", "memberCount", "createdAt"),
                runtime -> runtime.channels().list()),
        INBOX(
                "/v1/inbox",
                "{\"messages\":[{\"id\":\"m1\",\"from\":\"0x1\",\"to\":\"0x2\",\"content\":\"hi\",\"metadata\":null,"
                        + "\"createdAt\":\"2026-03-01T10:30:15Z\"}],\"limit\":50,\"offset\":0}",
                List.of("messages", "id", "content", "createdAt"),
                runtime -> runtime.inbox().list(InboxQuery.newest(50)));

        final String path;
        final String body;
        final List<String> fields;
        final Function<NookplotRuntime, Mono<?>> call;

        Question(String path, String body, List<String> fields, Function<NookplotRuntime, Mono<?>> call) {
            this.path = path;
            this.body = body;
            this.fields = fields;
            this.call = call;
        }
    }

    private record Body(String name, byte[] bytes) {

        Body(String text) {
            this(text.substring(0, Math.min(80, text.length())), text.getBytes(UTF_8));
        }
    }

    @ParameterizedTest
    @EnumSource
    void unreadableAnswerIsATypedErrorForItsCaller(Question question) {
        AtomicReference<byte[]> answer = new AtomicReference<>(question.body.getBytes(UTF_8));
        gateway.endpoint(
                "GET " + question.path,
                (agent, method, path, body) ->
                        new HttpReply(200, Map.of("content-type", "application/json"), answer.get()));
        NookplotRuntime runtime = connected(options -> options.autoSubscribe(false));
        String session = sessionId(runtime.currentState());
        Mono<?> call = question.call.apply(runtime);
        assertThat(call.block(LIMIT))
                .as("the answer that the others are made from")
                .isNotNull();

        List<Body> bodies = brokenBodies(question);
        assertThat(bodies).hasSizeGreaterThan(50);
        List<String> notReported = new ArrayList<>();
        for (Body broken : bodies) {
            answer.set(broken.bytes());
            Object outcome = call.map(Object.class::cast)
                    .defaultIfEmpty("nothing")
                    .onErrorResume(Mono::just)
                    .block(LIMIT);
            if (outcome instanceof DecodeException unreadable) {
                assertThat(unreadable).hasMessageContaining(question.path);
                assertThat(unreadable.excerpt().length()).isLessThanOrEqualTo(200);
            } else {
                notReported.add(broken.name() + " -> " + outcome);
            }
        }
        assertThat(notReported).isEmpty();

        answer.set(question.body.getBytes(UTF_8));
        assertThat(call.block(LIMIT)).isNotNull();
        assertThat(runtime.currentState()).isInstanceOf(Connected.class);
        assertThat(sessionId(runtime.currentState())).isEqualTo(session);
        assertThat(gateway.sockets(alice)).isEqualTo(1);
    }

    private static List<Body> brokenBodies(Question question) {
        List<Body> bodies = new ArrayList<>();
        byte[] whole = question.body.getBytes(UTF_8);
        for (int length = 0; length < whole.length; length += 5) {
            bodies.add(new Body("cut to " + length + " bytes", Arrays.copyOf(whole, length)));
        }
        for (String text : List.of(
                "null",
                "true",
                "42",
                "\"text\"",
                "   ",
                "<html><body>502 Bad Gateway</body></html>",
                "{}",
                "{\"error\":\"oops\"}",
                "[1]",
                "[[]]",
                "[null]",
                "{\"agents\":[null],\"channels\":[null],\"messages\":[null]}",
                "{\"agents\":{},\"channels\":{},\"messages\":{}}",
                "{\"agents\":[[]],\"channels\":[[]],\"messages\":[[]]}",
                "{\"agents\":[{}],\"channels\":[{}],\"messages\":[{}]}",
                "[".repeat(100_000),
                "{\"a\":".repeat(100_000),
                "[".repeat(5_000) + "]".repeat(5_000),
                question.body + "}",
                question.body + question.body,
                "9".repeat(5_000))) {
            bodies.add(new Body(text));
        }
        for (String field : question.fields) {
            for (String value : List.of("7e99999", "[[1]]", "{\"deep\":{}}", "null", "1" + "0".repeat(2_000))) {
                String changed = question.body.replaceFirst(
                        "\"" + field + "\":(\"[^\"]*\"|\\[.*]|[a-z0-9]+)", "\"" + field + "\":" + value);
                assertThat(changed).isNotEqualTo(question.body);
                boolean optional = List.of("memberCount", "createdAt", "connectedAt", "isPublic")
                        .contains(field);
                // A number is a time to Jackson, however large a fraction it is.
                boolean time = field.endsWith("At");
                if (!(value.equals("null") && optional) && !(value.equals("7e99999") && time)) {
                    bodies.add(new Body(changed));
                }
            }
        }
        for (int[] bytes : new int[][] {{0x80}, {0xc3, 0x28}, {0xed, 0xa0, 0x80}, {0xff, 0xfe}, {0xf8, 0x88}}) {
            byte[] broken = whole.clone();
            int at = question.body.indexOf("2026");
            for (int i = 0; i < bytes.length; i++) {
                broken[at + i] = (byte) bytes[i];
            }
            bodies.add(new Body("invalid UTF-8 " + Arrays.toString(bytes), broken));
        }
        bodies.add(new Body("byte order mark", ("\ufeff" + question.body).getBytes(UTF_8)));
        bodies.add(new Body("binary", new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0}));
        return bodies;
    }
}
