package io.agentruntime.spring;

import io.agentruntime.net.NetOptions;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

/**
 * Has runtimes use the event loops of Boot's {@link ReactorResourceFactory}. That one has new loops after each restart of the
 * application context, so runtimes get a view that follows it.
 */
final class BootEventLoops implements NetOptionsCustomizer, SmartLifecycle {

    private final ReactorResourceFactory factory;
    private final LoopResources view = new View();
    private volatile @Nullable LoopResources loops;
    private volatile boolean running;

    BootEventLoops(ReactorResourceFactory factory) {
        this.factory = factory;
    }

    @Override
    public void customize(NetOptions.Builder options) {
        options.loopResources(view);
    }

    @Override
    public void start() {
        loops = factory.getLoopResources();
        running = true;
    }

    /** The loops stay: to ask a factory for others that has been stopped would start it again. */
    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Behind the factory, and before whoever connects. */
    @Override
    public int getPhase() {
        return factory.getPhase() + 1;
    }

    private LoopResources loops() {
        LoopResources present = loops;
        if (present == null) {
            present = factory.getLoopResources();
            loops = present;
        }
        return present;
    }

    /** The present loops, which are the factory's to dispose. */
    private final class View implements LoopResources {

        @Override
        public EventLoopGroup onClient(boolean useNative) {
            return loops().onClient(useNative);
        }

        @Override
        public EventLoopGroup onServer(boolean useNative) {
            return loops().onServer(useNative);
        }

        @Override
        public EventLoopGroup onServerSelect(boolean useNative) {
            return loops().onServerSelect(useNative);
        }

        @Override
        public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
            return loops().onChannel(type, group);
        }

        @Override
        public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
            return loops().onChannelClass(type, group);
        }

        @Override
        public boolean daemon() {
            return loops().daemon();
        }

        @Override
        public boolean isDisposed() {
            return loops().isDisposed();
        }
    }
}
