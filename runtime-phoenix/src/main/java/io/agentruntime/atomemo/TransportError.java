package io.agentruntime.atomemo;

/**
 * Something went wrong with the connection to the hub. It is mended by itself where it can be.
 *
 * @param error what
 * @param establishedConnections how many connections have been established so far; 0: the hub was never reached
 */
public record TransportError(Throwable error, int establishedConnections) {

    /** What the connection goes over. */
    public String transport() {
        return "websocket";
    }
}
