package io.agentruntime.examples.bench.flood;

import io.agentruntime.examples.bench.load.Client;
import io.agentruntime.examples.bench.load.Tally;
import java.time.Duration;
import java.util.Objects;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What many would write by hand: OkHttp's WebSocket, and a Jackson tree of each event. */
final class OkHttpTreeClient implements Client {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final JsonMapper mapper = JsonMapper.builder().build();
    private final OkHttpClient client = new OkHttpClient();
    private final Sinks.Empty<Void> welcome = Sinks.empty();
    private @Nullable WebSocket socket;
    private final int port;
    private volatile Tally round = new Tally(0);

    OkHttpTreeClient(int port) {
        this.port = port;
    }

    @Override
    public void open() {
        Request request = new Request.Builder()
                .url("http://127.0.0.1:" + port + "/ws/runtime?ticket=ticket-1")
                .build();
        socket = client.newWebSocket(request, new Listener());
        welcome.asMono().block(LIMIT);
    }

    @Override
    public void start(Tally next) {
        round = next;
        Objects.requireNonNull(socket).send("{\"type\":\"" + FloodServer.START_TYPE + "\"}");
    }

    @Override
    public boolean readsContent() {
        return true;
    }

    @Override
    public void close() {
        Objects.requireNonNull(socket).cancel();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }

    private final class Listener extends WebSocketListener {

        @Override
        public void onMessage(WebSocket webSocket, String text) {
            JsonNode event = mapper.readTree(text);
            switch (event.path("type").asString("")) {
                case "channel.message" ->
                    round.event(event.path("data").path("content").asString(""));
                case "connection.state" -> welcome.tryEmitEmpty();
                default -> {
                    // Nothing else is wanted.
                }
            }
        }

        @Override
        public void onFailure(WebSocket webSocket, Throwable error, @Nullable Response response) {
            System.out.println("OkHttp: " + error);
            welcome.tryEmitError(error);
        }
    }
}
