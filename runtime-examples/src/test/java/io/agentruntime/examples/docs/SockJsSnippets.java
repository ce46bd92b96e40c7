package io.agentruntime.examples.docs;

import io.agentruntime.net.NetOptions;
import io.agentruntime.net.SecretUri;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketOptions;
import io.agentruntime.transport.sockjs.SockJsConnector;
import io.agentruntime.transport.sockjs.SockJsOptions;
import io.agentruntime.transport.sockjs.SockJsTransport;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** The Java code of the page on SockJS, so that it is compiled. */
@SuppressWarnings("unused")
final class SockJsSnippets {

    private PipeListener listener;

    void connect() {
        PipeConnector sockJs =
                SockJsConnector.of(NetOptions.defaults(), SockJsOptions.defaults(), WebSocketOptions.defaults());
        Mono<Pipe> pipe = sockJs.connect(PipeRequest.to(SecretUri.of("https://example.com/echo")), listener);
    }

    void options() {
        SockJsOptions options = SockJsOptions.builder()
                .transports(SockJsTransport.XHR_STREAMING, SockJsTransport.XHR_POLLING)
                .receiveTimeout(Duration.ofSeconds(40))
                .build();
    }
}
