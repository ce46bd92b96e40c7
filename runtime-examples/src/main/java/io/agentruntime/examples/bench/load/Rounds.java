package io.agentruntime.examples.bench.load;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.agentruntime.examples.bench.Parent;
import io.agentruntime.examples.bench.Report;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** One client in a JVM of its own: takes in its rounds and reports each. */
public final class Rounds {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Makes clients. */
    public interface Clients {

        /**
         * The client of a name.
         *
         * @param port where the server listens on 127.0.0.1
         */
        Client named(String name, int port);
    }

    private Rounds() {}

    /** Plays to the end, and ends this process. Arguments: the client's name, the server's port, the events a round, the rounds. */
    public static void play(Clients clients, String[] args) throws InterruptedException {
        Parent.endWithIt();
        int messages = Integer.parseInt(args[2]);
        int rounds = Integer.parseInt(args[3]);
        try (Client client = clients.named(args[0], Integer.parseInt(args[1]))) {
            client.open();
            for (int i = 0; i < rounds; i++) {
                play(client, new Tally(messages)).send();
            }
        }
        System.exit(0);
    }

    private static Report play(Client client, Tally round) throws InterruptedException {
        long allocated = allocatedBytes();
        long cpu = cpuNanos();
        long start = System.nanoTime();
        client.start(round);
        round.await(LIMIT);
        long nanos = System.nanoTime() - start;
        return Report.of("round")
                .with("nanos", nanos)
                .with("cpu", cpuNanos() - cpu)
                .with("allocated", allocatedBytes() - allocated)
                .with("count", round.count())
                .with("checksum", client.readsContent() ? round.checksum() : "none");
    }

    /** Of the whole process, compiler and collector included: what a busy machine disturbs less than the time. */
    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** By all threads that live; none of those at work ends during a round. */
    private static long allocatedBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }
}
