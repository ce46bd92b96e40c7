package io.agentruntime.examples.service.cluster;

import io.agentruntime.examples.Main;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One process of the service in its cluster mode. */
final class ServiceProcess implements AutoCloseable {

    final String name;
    final Relay relay;
    private final Process process;

    private ServiceProcess(String name, Relay relay, Process process) {
        this.name = name;
        this.relay = relay;
        this.process = process;
    }

    static ServiceProcess start(String name, Path directory, Path keys, int gatewayPort, String redis, Duration lease)
            throws IOException {
        Relay relay = new Relay(gatewayPort);
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "service",
                        "--server.port=0",
                        "--service.gateway=real",
                        "--service.gateway-url=" + relay.url(),
                        "--spring.config.additional-location=file:" + keys,
                        "--service.autostart=false",
                        "--service.cluster.redis-url=" + redis,
                        "--service.cluster.lease=" + lease.toMillis() + "ms",
                        "--service.cluster.node=" + name,
                        "--logging.level.io.agentruntime.examples.service.cluster=INFO",
                        "--cluster-test.busy=true"))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return new ServiceProcess(name, relay, process);
    }

    /** By its name in the shell, e.g. {@code STOP}. */
    void signal(String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start();
        if (kill.waitFor() != 0) {
            throw new IOException("No signal " + signal + " could be sent to " + name);
        }
    }

    boolean ends(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
        relay.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
