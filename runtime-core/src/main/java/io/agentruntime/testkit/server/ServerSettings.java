package io.agentruntime.testkit.server;

import io.agentruntime.error.Checks;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/**
 * How an embedded server meets the wire.
 *
 * @param port the port to listen on, 0 for a free one; loopback only
 * @param loops event loops of the test's own, {@code null} for Reactor Netty's shared ones; loopback only
 * @param maxFrameBytes the largest message taken; a larger one closes the socket with 1009
 * @param fragmentBytes messages above this go out in several frames; loopback only
 */
public record ServerSettings(int port, @Nullable LoopResources loops, int maxFrameBytes, int fragmentBytes) {

    /** 100 MiB, as much as servers of Node take. */
    public static final int DEFAULT_MAX_FRAME_BYTES = 100 * 1024 * 1024;

    public ServerSettings {
        Checks.range("port", port, 0, 65_535);
        Checks.atLeast("maxFrameBytes", maxFrameBytes, 1);
        Checks.atLeast("fragmentBytes", fragmentBytes, 1);
    }

    /** A free port, shared event loops, large messages, whole. */
    public static ServerSettings defaults() {
        return new ServerSettings(0, null, DEFAULT_MAX_FRAME_BYTES, Integer.MAX_VALUE);
    }

    public ServerSettings withPort(int number) {
        return new ServerSettings(number, loops, maxFrameBytes, fragmentBytes);
    }

    public ServerSettings withLoops(LoopResources resources) {
        return new ServerSettings(port, resources, maxFrameBytes, fragmentBytes);
    }

    public ServerSettings withMaxFrameBytes(int bytes) {
        return new ServerSettings(port, loops, bytes, fragmentBytes);
    }

    public ServerSettings withFragmentBytes(int bytes) {
        return new ServerSettings(port, loops, maxFrameBytes, bytes);
    }
}
