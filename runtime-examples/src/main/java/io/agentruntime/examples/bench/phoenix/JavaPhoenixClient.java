package io.agentruntime.examples.bench.phoenix;

import io.agentruntime.examples.bench.load.Client;
import io.agentruntime.examples.bench.load.Tally;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kotlin.Unit;
import okhttp3.OkHttpClient;
import org.phoenixframework.Channel;
import org.phoenixframework.Defaults;
import org.phoenixframework.Message;
import org.phoenixframework.Socket;

/** {@code com.github.dsrees:JavaPhoenixClient} in its usual way: callbacks on OkHttp's thread, payloads as maps. */
final class JavaPhoenixClient implements Client {

    private static final long LIMIT_MILLIS = 20_000;

    private final boolean echo;
    private final OkHttpClient http = new OkHttpClient();
    private final Socket socket;
    private final Channel channel;
    private final Object order = new Object();
    private volatile Tally round = new Tally(0);
    private int pushed;

    /** @param echo whether it has its pushes answered, instead of asking for a flood */
    JavaPhoenixClient(boolean echo, int port) {
        this.echo = echo;
        this.socket = new Socket(
                "ws://127.0.0.1:" + port + "/socket",
                Map.of(),
                Defaults.VSN,
                Defaults.INSTANCE.getEncode(),
                Defaults.INSTANCE.getDecode(),
                http);
        this.channel = socket.channel(Shout.TOPIC, Map.of());
    }

    @Override
    public void open() throws InterruptedException {
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch joined = new CountDownLatch(1);
        socket.onOpen(() -> {
            opened.countDown();
            return Unit.INSTANCE;
        });
        socket.onError((error, response) -> {
            error.printStackTrace(System.out);
            return Unit.INSTANCE;
        });
        channel.on(Shout.EVENT, message -> {
            round.event(body(message));
            return Unit.INSTANCE;
        });
        socket.connect();
        await(opened);
        channel.join(LIMIT_MILLIS).receive("ok", message -> {
            joined.countDown();
            return Unit.INSTANCE;
        });
        await(joined);
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(LIMIT_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("JavaPhoenixClient was not connected and joined in time");
        }
    }

    private static String body(Message message) {
        return String.valueOf(message.getPayload().get("body"));
    }

    @Override
    public void start(Tally next) {
        round = next;
        if (!echo) {
            channel.push(Shout.FLOOD, Map.of(), LIMIT_MILLIS);
            return;
        }
        synchronized (order) {
            pushed = 0;
            for (int i = 0; i < PhoenixBench.OUTSTANDING; i++) {
                pushNext();
            }
        }
    }

    private void pushNext() {
        synchronized (order) {
            if (pushed < round.expected()) {
                channel.push(Shout.ECHO, Shout.map(pushed++), LIMIT_MILLIS).receive("ok", message -> {
                    round.event(body(message));
                    pushNext();
                    return Unit.INSTANCE;
                });
            }
        }
    }

    @Override
    public boolean readsContent() {
        return true;
    }

    @Override
    public void close() {
        socket.disconnect(1000, null, null);
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }
}
