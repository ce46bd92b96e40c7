package io.agentruntime.phoenix.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.HttpReply;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.net.NetOptions;
import io.agentruntime.net.SecretUri;
import io.agentruntime.phoenix.longpoll.LongPollConnector;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketConnector;
import io.agentruntime.transport.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One scenario, both faces, without any client of ours: raw frames and plain requests. A subclass says of which kinds its
 * scenarios are.
 */
abstract class ServerContract {

    static final Duration LIMIT = Duration.ofSeconds(20);
    static final JsonMapper JSON = JsonMapper.builder().build();

    enum Kind {
        LOOPBACK,
        MEMORY,
        LONGPOLL_LOOPBACK,
        LONGPOLL_MEMORY;

        boolean inMemory() {
            return this == MEMORY || this == LONGPOLL_MEMORY;
        }

        boolean longPoll() {
            return this == LONGPOLL_LOOPBACK || this == LONGPOLL_MEMORY;
        }
    }

    @Parameter
    Kind kind;

    EmbeddedPhoenixServer server;
    private PipeConnector pipes;
    private HttpExchange http;
    private @Nullable ReactorHttpExchange reactor;
    private @Nullable VirtualTimeScheduler time;

    @BeforeEach
    void startServer() {
        start(EmbeddedPhoenixServer.builder());
    }

    /** In place of the one that runs. */
    void restartWith(EmbeddedPhoenixServerBuilder builder) {
        closeServer();
        start(builder);
    }

    private void start(EmbeddedPhoenixServerBuilder builder) {
        if (!kind.inMemory()) {
            server = builder.start().block(LIMIT);
            pipes = WebSocketConnector.of(NetOptions.defaults(), WebSocketOptions.defaults());
            openHttp();
        } else {
            time = VirtualTimeScheduler.create();
            server = builder.inMemory(time);
            pipes = server.pipes();
            http = server.exchange();
        }
        if (kind.longPoll()) {
            pipes = longPolls(time == null ? Schedulers.parallel() : time);
        }
    }

    private void openHttp() {
        reactor = ReactorHttpExchange.create(NetOptions.defaults(), HttpOptions.defaults(), Schedulers.parallel());
        http = reactor;
    }

    /** Gives up the connections of plain requests: one that the server has closed may still look open. */
    void reconnectHttp() {
        if (reactor != null) {
            reactor.close().block(LIMIT);
            openHttp();
        }
    }

    private PipeConnector longPolls(Scheduler timer) {
        return LongPollConnector.of(
                http, JsonCodec.create(), Duration.ofMinutes(1), 1 << 20, WebSocketOptions.defaults(), timer);
    }

    @AfterEach
    void closeServer() {
        server.close().block(LIMIT);
        if (reactor != null) {
            reactor.close().block(LIMIT);
        }
        if (time != null) {
            time.dispose();
        }
    }

    /** Lets time pass: really over loopback, so keep it short; virtually in memory. */
    void pass(Duration duration) {
        if (time == null) {
            Mono.delay(duration).block();
        } else {
            time.advanceTimeBy(duration);
        }
    }

    <T> T await(Mono<T> mono) {
        return await(mono, Duration.ZERO);
    }

    /** Runs a publisher that needs so much time to pass. */
    <T> T await(Mono<T> mono, Duration virtual) {
        Mono<T> running = mono.cache();
        running.subscribe(value -> {}, error -> {});
        if (time != null) {
            time.advanceTimeBy(virtual);
        }
        return running.block(LIMIT);
    }

    void until(BooleanSupplier condition) {
        if (time != null) {
            time.advanceTime();
            assertThat(condition.getAsBoolean()).isTrue();
        } else {
            Flux.interval(Duration.ZERO, Duration.ofMillis(5))
                    .filter(tick -> condition.getAsBoolean())
                    .blockFirst(LIMIT);
        }
    }

    /** Single quotes for double ones. */
    static String json(String singleQuoted) {
        return singleQuoted.replace('\'', '"');
    }

    // Sockets

    Client open() {
        return open("?vsn=2.0.0");
    }

    Client open(String query, String... subprotocols) {
        return await(connect(query, subprotocols));
    }

    Mono<Client> connect(String query, String... subprotocols) {
        return Mono.defer(() -> {
            Client client = new Client();
            SecretUri target = SecretUri.of(
                    kind.longPoll()
                            ? server.url().replaceFirst("ws", "http") + "/longpoll" + query
                            : server.url() + "/websocket" + query);
            return pipes.connect(new PipeRequest(target, Map.of(), List.of(subprotocols)), client)
                    .map(pipe -> {
                        client.pipe = pipe;
                        return client;
                    });
        });
    }

    /** A socket, and what came over it. */
    final class Client implements PipeListener {

        /** Of a kind that an event loop never waits at while the test looks into it. */
        private final BlockingQueue<String> heard = new LinkedTransferQueue<>();

        final AtomicInteger pings = new AtomicInteger();
        Pipe pipe;

        @Override
        public void onPong() {
            pings.incrementAndGet();
        }

        @Override
        public void onText(ByteBuf payload) {
            heard.add(payload.toString(UTF_8));
        }

        @Override
        public void onBinary(ByteBuf payload) {
            heard.add("binary " + ByteBufUtil.hexDump(payload));
        }

        void send(String... singleQuoted) {
            for (String frame : singleQuoted) {
                pipe.send(OutboundMessage.text(json(frame))).subscribe();
            }
        }

        void send(byte[] frame) {
            pipe.send(OutboundMessage.binary(allocator -> allocator.buffer().writeBytes(frame)))
                    .subscribe();
        }

        /** How many frames wait to be looked at. */
        int heard() {
            return heard.size();
        }

        String next() {
            if (time != null) {
                time.advanceTime();
            }
            try {
                String next = heard.poll(time == null ? 10 : 0, TimeUnit.SECONDS);
                assertThat(next).as("a frame").isNotNull();
                return next;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** The next frames are these, as JSON. */
        void hears(String... singleQuoted) {
            for (String expected : singleQuoted) {
                assertThat(JSON.readTree(next())).isEqualTo(JSON.readTree(json(expected)));
            }
        }

        /** Nothing came, and nothing was on its way before the answer to a heartbeat. */
        void hearsNothing() {
            send("[null,'hb','phoenix','heartbeat',{}]");
            hears("[null,'hb','phoenix','phx_reply',{'status':'ok','response':{}}]");
        }

        void joins(String topic) {
            String quoted = JSON.writeValueAsString(topic);
            pipe.send(OutboundMessage.text("[\"1\",\"1\"," + quoted + ",\"phx_join\",{}]"))
                    .subscribe();
            assertThat(next())
                    .isEqualTo("[\"1\",\"1\"," + quoted + ",\"phx_reply\",{\"status\":\"ok\",\"response\":{}}]");
        }

        CloseStatus end() {
            return await(pipe.ended().map(SessionEnd::status), Duration.ofSeconds(5));
        }
    }

    // HTTP

    HttpCall call(String method, String pathAndQuery, String contentType, String body) {
        return new HttpCall(
                method,
                URI.create(server.url().replaceFirst("ws", "http") + pathAndQuery),
                Map.of("Content-Type", contentType, "X-Phoenix-AuthToken", ""),
                body.isEmpty() ? null : body.getBytes(UTF_8),
                Duration.ofMinutes(10),
                1 << 20);
    }

    HttpReply request(HttpCall call, Duration virtual) {
        return await(http.exchange(call), virtual);
    }

    Mono<HttpReply> exchange(HttpCall call) {
        return http.exchange(call);
    }

    static JsonNode body(HttpReply reply) {
        return JSON.readTree(reply.body());
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.stringValue()));
        return texts;
    }
}
