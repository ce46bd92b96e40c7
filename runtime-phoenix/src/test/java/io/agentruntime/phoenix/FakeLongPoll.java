package io.agentruntime.phoenix;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agentruntime.error.HandshakeException;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpReply;
import io.agentruntime.net.SecretUri;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/** Phoenix' long-poll transport in front of a {@link FakePhoenix}, as the guides and its own client know it. */
final class FakeLongPoll implements HttpExchange {

    /** How long a poll waits for messages. */
    static final Duration WINDOW = Duration.ofSeconds(10);

    final List<HttpCall> calls = new ArrayList<>();

    /** Answers calls before the server does, while it is set; {@code null}: the server's turn. */
    Function<HttpCall, @Nullable Mono<HttpReply>> script = call -> null;

    /** How many polls of one session have been waiting at a time, at most. */
    int mostPolls;

    private final FakePhoenix server;
    private final Scheduler scheduler;
    private final Map<String, LongPollSession> sessions = new HashMap<>();

    FakeLongPoll(FakePhoenix server, Scheduler scheduler) {
        this.server = server;
        this.scheduler = scheduler;
    }

    @Override
    public Mono<HttpReply> exchange(HttpCall call) {
        return Mono.defer(() -> {
            calls.add(call);
            Mono<HttpReply> scripted = script.apply(call);
            return scripted != null ? scripted : answer(call);
        });
    }

    private Mono<HttpReply> answer(HttpCall call) {
        String token = token(call);
        LongPollSession session = token == null ? null : sessions.get(token);
        if (session != null && session.gone) {
            session = null;
        }
        if (call.method().equals("POST")) {
            return session == null ? reply("{\"status\":410}") : session.publish(call);
        }
        return session == null ? open(call) : session.poll();
    }

    private Mono<HttpReply> open(HttpCall call) {
        String token = "SFMyNTY.g2g+/=" + sessions.size();
        LongPollSession session = new LongPollSession(token);
        PipeRequest request = new PipeRequest(SecretUri.of(call.uri().toString()), call.headers(), List.of());
        return server.connect(request, session)
                .flatMap(pipe -> {
                    session.attach(pipe);
                    sessions.put(token, session);
                    return reply("{\"status\":410,\"token\":" + FakePhoenix.JSON.writeValueAsString(token)
                            + ",\"messages\":[]}");
                })
                .onErrorResume(HandshakeException.class, refused -> reply("{\"status\":" + refused.status() + "}"));
    }

    static Mono<HttpReply> reply(String body) {
        return Mono.just(new HttpReply(200, Map.of("content-type", "application/json"), body.getBytes(UTF_8)));
    }

    static @Nullable String token(HttpCall call) {
        for (String param : call.uri().getRawQuery().split("&")) {
            if (param.startsWith("token=")) {
                return URLDecoder.decode(param.substring(6), UTF_8);
            }
        }
        return null;
    }

    private final class LongPollSession implements PipeListener {

        private final String token;
        private final List<String> buffer = new ArrayList<>();
        private @Nullable Pipe pipe;
        private @Nullable MonoSink<HttpReply> waiting;
        private boolean gone;

        private LongPollSession(String token) {
            this.token = token;
        }

        private void attach(Pipe opened) {
            pipe = opened;
            opened.ended().subscribe(end -> {
                gone = true;
                MonoSink<HttpReply> poll = waiting;
                if (poll != null) {
                    waiting = null;
                    poll.success(new HttpReply(200, Map.of(), "{\"status\":410}".getBytes(UTF_8)));
                }
            });
        }

        @Override
        public void onText(ByteBuf payload) {
            buffer.add(payload.toString(UTF_8));
            scheduler.schedule(this::flush);
        }

        @Override
        public void onBinary(ByteBuf payload) {
            buffer.add(Base64.getEncoder().encodeToString(ByteBufUtil.getBytes(payload)));
            scheduler.schedule(this::flush);
        }

        private void flush() {
            MonoSink<HttpReply> poll = waiting;
            if (poll != null && !buffer.isEmpty()) {
                waiting = null;
                poll.success(take());
            }
        }

        private HttpReply take() {
            String body = "{\"status\":200,\"token\":" + FakePhoenix.JSON.writeValueAsString(token) + ",\"messages\":"
                    + FakePhoenix.JSON.writeValueAsString(buffer) + "}";
            buffer.clear();
            return new HttpReply(200, Map.of(), body.getBytes(UTF_8));
        }

        private Mono<HttpReply> poll() {
            return Mono.<HttpReply>create(sink -> {
                        mostPolls = Math.max(mostPolls, waiting == null ? 1 : 2);
                        Disposable limit = scheduler.schedule(
                                () -> {
                                    if (waiting == sink) {
                                        waiting = null;
                                        sink.success(new HttpReply(200, Map.of(), "{\"status\":204}".getBytes(UTF_8)));
                                    }
                                },
                                WINDOW.toMillis(),
                                TimeUnit.MILLISECONDS);
                        sink.onDispose(limit);
                        if (buffer.isEmpty()) {
                            waiting = sink;
                        } else {
                            sink.success(take());
                        }
                    })
                    .doOnCancel(() -> waiting = null);
        }

        private Mono<HttpReply> publish(HttpCall call) {
            String body = new String(call.body(), UTF_8);
            boolean lines = "application/x-ndjson".equals(call.headers().get("content-type"));
            for (String line : lines ? body.split("\n") : new String[] {body}) {
                boolean text = !lines || line.startsWith("[");
                pipe.send(
                                text
                                        ? OutboundMessage.text(line)
                                        : OutboundMessage.binary(allocator -> Unpooled.wrappedBuffer(
                                                Base64.getDecoder().decode(line))))
                        .subscribe();
            }
            return reply("{\"status\":200}");
        }
    }
}
