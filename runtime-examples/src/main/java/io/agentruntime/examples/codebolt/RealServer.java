package io.agentruntime.examples.codebolt;

import io.agentruntime.codebolt.CodeboltPlugin;
import io.agentruntime.examples.quickstart.Screen;
import io.agentruntime.runner.PluginRunner;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Mono;

/** The bridge on a real server: one user says hello, replies are shown, until a signal comes or the time is over. */
final class RealServer {

    private final Screen screen;
    private final Duration listening;

    RealServer(Screen screen, Duration listening) {
        this.screen = screen;
        this.listening = listening;
    }

    /** Blocks until it is over. */
    String visit(Map<String, String> environment, String agentId) {
        CodeboltPlugin plugin =
                CodeboltPlugin.builder().fromEnvironment(environment).build();
        ChatPlatform platform = new ChatPlatform(screen);
        Bridge bridge = new Bridge(plugin, platform, screen);
        screen.title("A plugin on the server, for " + listening.toSeconds() + " s or until SIGTERM");
        int status = PluginRunner.builder()
                .start(bridge.start(agentId)
                        .doOnNext(bridge::run)
                        .doOnNext(channel -> platform.say("anna", "chat-a", "Hello, is there anybody?")))
                .until(Mono.delay(listening))
                .stop(plugin.drain(Duration.ofSeconds(1)).then(plugin.close()))
                .build()
                .run();
        if (status != PluginRunner.SUCCESS) {
            throw new IllegalStateException("The plugin failed; see the log");
        }
        return "a channel was registered, a message routed, and the plugin stopped in good order";
    }
}
