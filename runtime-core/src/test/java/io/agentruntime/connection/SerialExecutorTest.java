package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {

    private final SerialExecutor serial = new SerialExecutor();
    private final List<String> done = new ArrayList<>();

    @Test
    void aTaskThatATaskAddsRunsBehindIt() {
        serial.execute(() -> {
            serial.execute(() -> done.add("second"));
            done.add("first");
        });

        assertThat(done).containsExactly("first", "second");
    }

    @Test
    void aTaskThatFailsWithAnErrorStopsNoOther() {
        serial.execute(() -> {
            throw new NoClassDefFoundError("a listener's");
        });
        serial.execute(() -> done.add("next"));

        assertThat(done).containsExactly("next");
    }

    @RepeatedTest(30)
    void tasksOfManyThreadsRunOneAtATimeAndThoseOfEachInOrder() throws InterruptedException {
        int threads = 4;
        int tasks = 20_000;
        int[] next = new int[threads];
        int[] all = new int[1]; // only right when no two tasks run at once
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int me = i;
            running.add(new Thread(() -> {
                for (int task = 0; task < tasks; task++) {
                    int number = task;
                    serial.execute(() -> {
                        all[0]++;
                        if (next[me] == number) {
                            next[me]++;
                        }
                    });
                }
            }));
        }
        running.forEach(Thread::start);
        for (Thread thread : running) {
            thread.join();
        }

        assertThat(next).containsOnly(tasks);
        assertThat(all[0]).isEqualTo(threads * tasks);
    }
}
