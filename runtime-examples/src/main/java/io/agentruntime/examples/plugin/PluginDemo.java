package io.agentruntime.examples.plugin;

import io.agentruntime.atomemo.AtomemoEnvironment;
import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.atomemo.AtomemoPluginBuilder;
import io.agentruntime.atomemo.LocalizedText;
import io.agentruntime.atomemo.TransporterBuilder;
import io.agentruntime.examples.quickstart.Screen;
import io.agentruntime.examples.quickstart.Signals;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;

/** Starts the demo that the environment asks for. */
public final class PluginDemo {

    /** The environment variable with a real hub's address, e.g. {@code wss://api.atomemo.ai}; it brings the others with it. */
    public static final String HUB_URL = "HUB_WS_URL";

    /** Every step has a limit of its own; this one is for what nobody thought of. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private PluginDemo() {}

    /**
     * Runs on the embedded hub or, with {@value #HUB_URL} and the platform's other variables set, on a real one, until a
     * signal comes. Blocks until it is over, which is fine in a main method and nowhere else.
     *
     * @return what was shown
     * @throws IllegalStateException when something that it claims did not happen
     */
    public static String run(Map<String, String> environment, PrintStream out) {
        Screen screen = new Screen(out);
        return environment.getOrDefault(HUB_URL, "").isEmpty()
                ? new EmbeddedStory(screen, Signals.raise("TERM"))
                        .play()
                        .blockOptional(LIMIT)
                        .orElseThrow()
                : new RealHub(screen).serve(builder(environment, screen));
    }

    /** The demo plugin, for what is particular to a run. */
    static AtomemoPluginBuilder builder(Map<String, String> environment, Screen screen) {
        return AtomemoPlugin.builder("demo-plugin")
                .displayName(LocalizedText.english("Demo plugin").and("zh_Hans", "演示插件"))
                .description(LocalizedText.english("Copies files, and fails on purpose")
                        .and("zh_Hans", "复制文件，以及故意失败"))
                .icon("🔌")
                .locales("en_US", "zh_Hans")
                .version("1.0.0")
                .environment(AtomemoEnvironment.of(environment))
                .transporter(t -> told(t, screen));
    }

    /** Tells of the connection. */
    static TransporterBuilder told(TransporterBuilder transporter, Screen screen) {
        return transporter
                .onOpen(() -> screen.line("plugin", "is connected"))
                .onClose(status -> screen.line("plugin", "is disconnected, code " + status.code()))
                .onError(error ->
                        screen.line("plugin", "reports: " + error.error().getMessage()));
    }
}
