package io.agentruntime.examples.plugin;

import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.atomemo.AtomemoPluginBuilder;
import io.agentruntime.examples.quickstart.Screen;
import io.agentruntime.runner.PluginRunner;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** The demo plugin on a real hub, until a signal comes. */
final class RealHub {

    /** More than the plugin gives its requests to finish. */
    private static final Duration STOPPING = Duration.ofSeconds(20);

    private final Screen screen;

    RealHub(Screen screen) {
        this.screen = screen;
    }

    /** Blocks until it is over. */
    String serve(AtomemoPluginBuilder options) {
        AtomemoPlugin plugin = options.build();
        new DemoFeatures(screen, () -> {}).addTo(plugin);
        screen.title("Serving " + plugin.topic() + " until SIGTERM");
        AtomicReference<Throwable> failure = new AtomicReference<>();
        int status = PluginRunner.builder()
                .until(plugin.run().doOnError(failure::set))
                .stop(plugin.close())
                .stopTimeout(STOPPING)
                .build()
                .run();
        if (status != PluginRunner.SUCCESS) {
            throw new IllegalStateException("The plugin did not run to a good end", failure.get());
        }
        return "the plugin served its hub, and stopped in good order";
    }
}
