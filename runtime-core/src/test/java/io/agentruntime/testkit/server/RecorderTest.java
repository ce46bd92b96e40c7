package io.agentruntime.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an embedded server has recorded, and when its users see it. */
class RecorderTest {

    private final Confined confined = new Confined();
    private final Recorder<String> recorder = new Recorder<>(confined, 2);

    private void add(String entry) {
        confined.run(() -> recorder.add(entry));
    }

    /** As it does while a thread with the effects of an earlier change is held up. */
    @Test
    void anEntryIsThereAfterItsChangeThoughTheEffectsWait() {
        List<String> told = new ArrayList<>();
        recorder.flux().subscribe(told::add);
        List<Object> seen = new ArrayList<>();
        confined.run(() -> confined.effect(() -> {
            add("one");
            seen.add(recorder.snapshot());
            seen.add(List.copyOf(told));
        }));

        assertThat(seen).containsExactly(List.of("one"), List.of());
        assertThat(told).containsExactly("one");
    }

    @Test
    void theLastEntriesAreKept() {
        add("one");
        add("two");
        add("three");
        List<String> told = new ArrayList<>();
        recorder.flux().subscribe(told::add);

        assertThat(recorder.snapshot()).containsExactly("two", "three");
        assertThat(told).containsExactly("two", "three");
    }
}
