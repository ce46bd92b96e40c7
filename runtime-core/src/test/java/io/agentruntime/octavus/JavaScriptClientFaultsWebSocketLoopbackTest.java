package io.agentruntime.octavus;

/** Over WebSocket. */
class JavaScriptClientFaultsWebSocketLoopbackTest extends JavaScriptClientFaults {

    @Override
    OctavusSocketBuilder socket() {
        return OctavusTransport.socket(server.socketUrl());
    }
}
