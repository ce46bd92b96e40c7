package io.agentruntime.octavus;

import io.agentruntime.net.NetOptions;
import io.agentruntime.transport.WebSocketOptions;
import io.agentruntime.transport.sockjs.SockJsConnector;
import io.agentruntime.transport.sockjs.SockJsOptions;
import io.agentruntime.transport.sockjs.SockJsTransport;
import java.time.Duration;

/** Over SockJS, polling only. */
class JavaScriptClientFaultsPollingLoopbackTest extends JavaScriptClientFaults {

    private static final String POLLS = "POST /octavus/sockjs/**";

    @Override
    OctavusSocketBuilder socket() {
        return OctavusTransport.socket(server.sockJsUrl())
                .connector(SockJsConnector.of(
                        NetOptions.defaults(),
                        SockJsOptions.builder()
                                .transports(SockJsTransport.XHR_POLLING)
                                .minOpenTimeout(Duration.ofSeconds(10))
                                .build(),
                        WebSocketOptions.defaults()));
    }

    @Override
    void stallConnecting(boolean on) {
        server.faults().stallHttp(POLLS, on);
    }

    @Override
    void refuseConnecting() {
        server.faults().failHttp("GET /octavus/sockjs/info", 503, 1);
    }
}
