package io.agentruntime.octavus;

import io.agentruntime.connection.SessionInfo;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeSession;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** One open socket. Its pulse is WebSocket pings: the protocol has no heartbeat. */
final class OctavusSession extends PipeSession {

    /**
     * What a socket is known by.
     *
     * @param number which of this transport's sockets it is, counted from 1
     * @param named the session's id, where the client names it
     */
    record Info(long number, @Nullable String named) implements SessionInfo {
        @Override
        public String sessionId() {
            return named == null ? "socket-" + number : named;
        }
    }

    private final Info info;
    private final BiConsumer<OctavusSession, Throwable> onRetired;
    private volatile boolean used;

    /** @param onRetired called once, when the session stops receiving */
    OctavusSession(Info info, SocketSettings settings, BiConsumer<OctavusSession, Throwable> onRetired) {
        super(
                settings.heartbeatInterval(),
                settings.livenessTimeout(),
                settings.closeTimeout().dividedBy(2),
                settings.timer());
        this.info = info;
        this.onRetired = onRetired;
    }

    @Override
    protected void heartbeat(Pipe open) {
        open.ping();
    }

    @Override
    protected void onRetired(Throwable cause) {
        onRetired.accept(this, cause);
    }

    /** A turn has been sent: from now on the server has a session for this socket. */
    void use() {
        used = true;
    }

    /** Whether the end of this socket takes a conversation with it. */
    boolean holdsConversation() {
        return used && info.named() == null;
    }

    @Override
    public Info info() {
        return info;
    }
}
