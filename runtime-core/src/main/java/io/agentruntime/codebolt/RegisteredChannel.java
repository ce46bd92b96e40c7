package io.agentruntime.codebolt;

import io.agentruntime.stream.StreamOptions;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * A channel of this plugin. It stays the same when the connection is lost and the channel is registered again, under
 * whatever id the server gives it then.
 */
public final class RegisteredChannel {

    /** How many earlier ids replies may still come for. */
    static final int IDS = 1_000;

    private final ChannelConfig config;
    private final String key;
    private final PluginHub hub;
    private final StreamOptions defaults;
    private final Sinks.Empty<Void> gone = Sinks.empty();
    private final Deque<String> ids = new ArrayDeque<>();
    private volatile String id = "";
    private volatile @Nullable CodeboltSession session;
    private volatile boolean unregistered;

    /** @param key what its replies are told apart by */
    RegisteredChannel(ChannelConfig config, String key, PluginHub hub, StreamOptions defaults) {
        this.config = config;
        this.key = key;
        this.hub = hub;
        this.defaults = defaults;
    }

    /** What it is registered with. */
    public ChannelConfig config() {
        return config;
    }

    /** The id that the server gave it last; ask each time, for it may change at every reconnect. */
    public String id() {
        return id;
    }

    /** Whether the server knows it now: there is a session, and it did not refuse. */
    public boolean registered() {
        CodeboltSession holder = session;
        return holder != null && holder.receiving();
    }

    /** {@link #replies(StreamOptions)} with the plugin's default options. */
    public Flux<GatewayReply> replies() {
        return replies(defaults);
    }

    /**
     * The replies for this channel, under its present id and its earlier ones. Hot. Outlives reconnects, ends with an error
     * when the connection is given up, and completes when the channel is unregistered or the plugin closed.
     */
    public Flux<GatewayReply> replies(StreamOptions options) {
        return hub.replies.of(key, options).takeUntilOther(gone.asMono());
    }

    String key() {
        return key;
    }

    /** Registered in a session. The id that is now too old to matter, if there is one. */
    synchronized @Nullable String registered(CodeboltSession in, String newId) {
        session = in;
        id = newId;
        ids.remove(newId);
        ids.add(newId);
        return ids.size() > IDS ? ids.poll() : null;
    }

    synchronized Deque<String> ids() {
        return new ArrayDeque<>(ids);
    }

    boolean isGone() {
        return unregistered;
    }

    void unregistered() {
        unregistered = true;
        session = null;
        gone.tryEmitEmpty();
    }

    @Override
    public String toString() {
        return "RegisteredChannel[" + config.name() + ", " + config.platform() + ", " + id + "]";
    }
}
