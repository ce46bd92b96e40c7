package io.agentruntime.atomemo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.agentruntime.runner.PluginRunner;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** A plugin in a JVM of its own. */
final class ChildPlugin implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final BufferedReader output;

    private ChildPlugin(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts it for the hub that the variables name. */
    static ChildPlugin start(Map<String, String> variables, Path folder, Duration shutdownTimeout, String... jvmOptions)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(new File(System.getProperty("java.home"), "bin/java").getPath());
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildPlugin.class.getName()));
        command.add(shutdownTimeout.toString());
        ProcessBuilder child =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        child.environment().putAll(variables);
        return new ChildPlugin(child.start());
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    int status() throws InterruptedException, IOException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("It has not ended");
        }
        return process.exitValue();
    }

    /** All that it has said, when it has ended. */
    String said() {
        return String.join("\n", output.lines().toList());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    // ---- In the other JVM

    public static void main(String[] args) {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        AtomemoPlugin plugin = AtomemoPlugin.builder("child-plugin")
                .version("1.0.0")
                .author("Jane", "jane@example.com")
                .environment(AtomemoEnvironment.fromSystem())
                .shutdownTimeout(Duration.parse(args[0]))
                .build()
                .addTool(tool("copy-file", ChildPlugin::copy))
                .addTool(tool("calls-hub", call -> call.context().hub().call("gate", Map.of())))
                .addTool(tool("never-ends", call -> Mono.never()))
                .addTool(tool("used-memory", Handler.blocking(call -> usedMemory())));
        PluginRunner.builder()
                .until(plugin.run())
                .stop(plugin.close())
                .stopTimeout(Duration.ofHours(1))
                .endProcess(true)
                .build()
                .run();
    }

    private static Tool tool(String name, Handler<ToolCall, ?> handler) {
        return Tool.builder(name).invoke(handler).build();
    }

    private static Mono<FileRef> copy(ToolCall call) {
        FileRef file = call.parameters().file("file").orElseThrow();
        FileContext files = call.context().files();
        return files.upload("copy.bin", "application/octet-stream", file.size(), files.download(file));
    }

    /** Bytes on the heap that are in use still, and those outside of it. */
    private static Map<String, Long> usedMemory() {
        System.gc();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        Runtime runtime = Runtime.getRuntime();
        return Map.of("heap", runtime.totalMemory() - runtime.freeMemory(), "direct", direct);
    }
}
