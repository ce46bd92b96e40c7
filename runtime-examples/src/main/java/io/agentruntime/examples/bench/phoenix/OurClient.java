package io.agentruntime.examples.bench.phoenix;

import io.agentruntime.examples.bench.load.Client;
import io.agentruntime.examples.bench.load.Tally;
import io.agentruntime.phoenix.PhoenixChannel;
import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.phoenix.Reply;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import reactor.core.publisher.Flux;

/** This library: the default scheduler, the policy that loses nothing. */
final class OurClient implements Client {

    /** What it does. */
    enum Job {
        /** Reads the text of each shout. */
        FLOOD,
        /** Makes an object of each shout. */
        OBJECTS,
        /** Has so many pushes answered, some of them at a time. */
        ECHO
    }

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Job job;
    private final PhoenixSocket socket;
    private final PhoenixChannel channel;
    private volatile Tally round = new Tally(0);

    OurClient(Job job, int port) {
        this.job = job;
        this.socket = PhoenixSocket.builder()
                .url("ws://127.0.0.1:" + port + "/socket")
                .build();
        this.channel = socket.channel(Shout.TOPIC);
    }

    @Override
    public void open() {
        listen().subscribe(event -> {}, OurClient::print);
        socket.errors().subscribe(OurClient::print);
        socket.connect().then(channel.join()).block(LIMIT);
    }

    private Flux<?> listen() {
        StreamOptions options = StreamOptions.of(OverflowPolicy.BACKPRESSURE);
        return switch (job) {
            case FLOOD ->
                channel.on(Shout.EVENT, options)
                        .doOnNext(message -> round.event(
                                String.valueOf(message.payload().json().string("body"))));
            case OBJECTS -> channel.on(Shout.EVENT, Shout.class, options).doOnNext(shout -> round.event(shout.body()));
            case ECHO -> Flux.never();
        };
    }

    @Override
    public void start(Tally next) {
        round = next;
        if (job == Job.ECHO) {
            Flux.range(0, next.expected())
                    .flatMap(i -> channel.push(Shout.ECHO, Shout.of(i)), PhoenixBench.OUTSTANDING)
                    .subscribe(this::answered, OurClient::print);
        } else {
            channel.push(Shout.FLOOD).block(LIMIT);
        }
    }

    private void answered(Reply reply) {
        if (reply.isOk()) {
            round.event(String.valueOf(reply.response().json().string("body")));
        }
    }

    private static void print(Throwable error) {
        error.printStackTrace(System.out);
    }

    @Override
    public boolean readsContent() {
        return true;
    }

    @Override
    public void close() {
        socket.close().block(LIMIT);
    }
}
