package io.agentruntime.transport.sockjs;

import io.agentruntime.connection.SessionEnd;
import io.agentruntime.net.SecretUri;
import io.agentruntime.testkit.server.SockJsSettings;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A service in memory and a connector to it, all on one virtual clock. */
class InMemorySockJs {

    final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    final Received received = new Received();
    final List<SessionEnd> ends = new ArrayList<>();
    final List<Pipe> pipes = new ArrayList<>();
    WebSocketOptions limits = WebSocketOptions.defaults();
    EchoService service = EchoService.inMemory(SockJsSettings.defaults(), time);

    @Nullable
    Throwable error;

    @AfterEach
    void stop() {
        pipes.forEach(pipe -> pipe.abort(new IllegalStateException("the test is over")));
        pass(Duration.ofSeconds(1));
        time.dispose();
    }

    void service(UnaryOperator<SockJsSettings> settings) {
        service = EchoService.inMemory(settings.apply(SockJsSettings.defaults()), time);
    }

    void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    void passMillis(long millis) {
        pass(Duration.ofMillis(millis));
    }

    SockJsConnector connector(UnaryOperator<SockJsOptions.Builder> options) {
        return SockJsConnector.over(
                service.server.exchange(),
                service.server.streaming(),
                service.server::pipes,
                options.apply(SockJsOptions.builder()).build(),
                limits,
                time);
    }

    SockJsConnector connector(SockJsTransport... transports) {
        return connector(options -> options.transports(transports));
    }

    /** Begins to connect; what comes of it is in {@link #pipes} or {@link #error}. */
    void connect(SockJsConnector connector) {
        connect(connector, new PipeRequest(SecretUri.of(service.url()), Map.of(), List.of()));
    }

    void connect(SockJsConnector connector, PipeRequest request) {
        connector.connect(request, received).subscribe(this::opened, failure -> error = failure);
    }

    private void opened(Pipe pipe) {
        pipes.add(pipe);
        pipe.ended().subscribe(ends::add);
    }

    Pipe open(UnaryOperator<SockJsOptions.Builder> options) {
        connect(connector(options));
        passMillis(10);
        if (error != null) {
            throw new AssertionError("It did not open", error);
        }
        return pipes.get(pipes.size() - 1);
    }

    Pipe open(SockJsTransport transport) {
        return open(options -> options.transports(transport));
    }

    /** Subscribes; what comes of it is added to a list. */
    List<String> outcome(Mono<Void> mono) {
        List<String> outcome = new ArrayList<>();
        mono.subscribe(
                nothing -> {}, failure -> outcome.add(failure.getClass().getSimpleName()), () -> outcome.add("done"));
        return outcome;
    }
}
