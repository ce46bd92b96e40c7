package io.agentruntime.testkit;

import io.agentruntime.connection.CloseStatus;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client without any cleverness, so that a test sees what the gateway really does. */
interface RawClient {

    Duration LIMIT = Duration.ofSeconds(10);
    JsonMapper JSON = JsonMapper.builder().build();

    /** An answer. */
    record Reply(int status, java.util.Map<String, String> headers, String text) {

        JsonNode json() {
            return JSON.readTree(text);
        }
    }

    /** A socket: what came, kept from the start. */
    interface Socket {
        Flux<String> texts();

        Flux<String> pongs();

        Mono<CloseStatus> ended();

        void send(String text);

        void ping();

        void close(int code, String reason);

        default JsonNode await(String type) {
            return texts().map(JSON::readTree)
                    .filter(frame -> frame.path("type").asString().equals(type))
                    .next()
                    .block(LIMIT);
        }

        /** Those that came, once this one has. */
        default List<JsonNode> until(String type) {
            return texts().map(JSON::readTree)
                    .takeUntil(frame -> frame.path("type").asString().equals(type))
                    .collectList()
                    .block(LIMIT);
        }
    }

    Mono<Reply> exchange(String method, String path, @Nullable String key, @Nullable String body);

    /** Errors with the status in its message when refused. */
    Mono<Socket> open(String pathAndQuery);

    default Reply call(@Nullable GatewayAgent agent, String method, String path, @Nullable String body) {
        return exchange(method, path, agent == null ? null : agent.apiKey(), body)
                .block(LIMIT);
    }

    default Reply get(GatewayAgent agent, String path) {
        return call(agent, "GET", path, null);
    }

    default Reply post(GatewayAgent agent, String path, @Nullable String body) {
        return call(agent, "POST", path, body);
    }

    default String ticket(GatewayAgent agent) {
        return post(agent, "/v1/ws/ticket", null).json().get("ticket").asString();
    }

    default Socket connect(GatewayAgent agent) {
        return open("/ws/runtime?ticket=" + ticket(agent)).block(LIMIT);
    }

    default Socket welcomed(GatewayAgent agent) {
        Socket socket = connect(agent);
        socket.await("connection.state");
        return socket;
    }

    default JsonNode subscribe(Socket socket, GatewayChannel channel) {
        socket.send("{\"type\":\"channel.subscribe\",\"channelId\":\"" + channel.id() + "\"}");
        return socket.texts()
                .map(JSON::readTree)
                .filter(frame -> frame.path("data").path("channelId").asString().equals(channel.id()))
                .next()
                .block(LIMIT);
    }
}
