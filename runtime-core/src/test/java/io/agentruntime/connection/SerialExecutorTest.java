package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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
}
