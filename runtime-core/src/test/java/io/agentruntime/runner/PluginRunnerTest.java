package io.agentruntime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.InvalidOptionException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.OS;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** Running a plugin to its end: in this JVM, where nobody sends signals, and in others, where they are real. */
@Timeout(value = PluginRunnerTest.PATIENCE_SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class PluginRunnerTest {

    static final long PATIENCE_SECONDS = 60;

    private Process process;
    private BufferedReader output;

    /** What runs in the other JVMs: says where it is, and stops as the argument says. */
    static final class Child {

        private Child() {}

        public static void main(String[] args) {
            Sinks.Empty<Void> told = Sinks.empty();
            Mono<Void> stop = Mono.fromRunnable(() -> {
                System.out.println("stopping");
                told.tryEmitEmpty();
            });
            int status = PluginRunner.builder()
                    .start(Mono.fromRunnable(() -> System.out.println("started"))
                            .then(args[0].equals("prepares") ? told.asMono() : Mono.empty()))
                    // In this order: who reads "running" knows that the run has begun.
                    .until(Mono.when(
                            told.asMono().doOnSuccess(nothing -> System.out.println("finished what it was at")),
                            Mono.fromRunnable(() -> System.out.println("running"))))
                    .stop(args[0].equals("hangs") ? stop.then(Mono.never()) : stop)
                    .stopTimeout(Duration.ofSeconds(args[0].equals("late") ? 1 : 50))
                    .endProcess(!args[0].equals("returns"))
                    .build()
                    .run();
            System.out.println("returned " + status);
        }
    }

    private void start(String how, String... jvmOptions) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(new File(System.getProperty("java.home"), "bin/java").getPath());
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName(), how));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = process.inputReader(StandardCharsets.UTF_8);
        awaitLine("started");
    }

    private void awaitLine(String wanted) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.equals(wanted)) {
                return;
            }
        }
        throw new AssertionError("The process ended without saying: " + wanted);
    }

    /** Process.destroy would close the output as well. */
    private void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    private int status() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @AfterEach
    void endTheProcess() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void sigtermStopsThePluginAndTheStatusIsZero() throws Exception {
        start("stops");
        signal("TERM");
        awaitLine("stopping");

        assertThat(status()).isZero();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatRunsGoesOnUntilItWasStopped() throws Exception {
        start("stops");
        awaitLine("running");
        signal("TERM");
        awaitLine("stopping");
        awaitLine("finished what it was at");

        assertThat(status()).isZero();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatWasStillBeingPreparedIsNotRunAnyMore() throws Exception {
        start("prepares");
        signal("TERM");
        awaitLine("stopping");

        assertThat(output.lines()).doesNotContain("finished what it was at");
        assertThat(status()).isZero();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    @EnabledIf("io.agentruntime.support.Signals#sigintIsHeard")
    void sigintStopsThePluginAndTheStatusIsZero() throws Exception {
        start("stops");
        signal("INT");
        awaitLine("stopping");

        assertThat(status()).isZero();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    @EnabledIf("io.agentruntime.support.Signals#sigintIsHeard")
    void aSecondSignalEndsTheProcessAtOnce() throws Exception {
        start("hangs");
        signal("TERM");
        awaitLine("stopping");
        signal("INT");

        assertThat(status()).isEqualTo(128 + 2);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void withoutLeaveToEndTheProcessItReturns() throws Exception {
        start("returns");
        signal("TERM");
        awaitLine("returned 0");

        assertThat(status()).isZero();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whereSignalsCannotBeHandledAShutdownHookStopsThePlugin() throws Exception {
        start("stops", "--limit-modules", "java.base,java.logging,java.management,java.naming,java.xml");
        signal("TERM");
        awaitLine("stopping");

        assertThat(status()).isEqualTo(128 + 15);
    }

    // In this JVM

    private final List<String> steps = new ArrayList<>();

    private Mono<Void> step(String name) {
        return Mono.fromRunnable(() -> steps.add(name));
    }

    @Test
    void aRunEndsByItself() {
        Sinks.Empty<Void> end = Sinks.empty();
        PluginRunner runner = PluginRunner.builder()
                .start(step("start"))
                .until(end.asMono())
                .stop(step("stop"))
                .build();

        StepVerifier.create(runner.running())
                .then(() -> assertThat(steps).containsExactly("start"))
                .then(end::tryEmitEmpty)
                .expectNext(PluginRunner.SUCCESS)
                .verifyComplete();
        assertThat(steps).containsExactly("start", "stop");
    }

    @Test
    void everyStepOfTheStartAndOfTheStopIsGoneThrough() {
        PluginRunner runner = PluginRunner.builder()
                .start(Flux.just("connect", "register").doOnNext(steps::add))
                .until(Mono.empty())
                .stop(Flux.just("drain", "close").doOnNext(steps::add))
                .build();

        StepVerifier.create(runner.running()).expectNext(PluginRunner.SUCCESS).verifyComplete();
        assertThat(steps).containsExactly("connect", "register", "drain", "close");
    }

    @Test
    void aStartThatFailsIsStoppedToo() {
        PluginRunner runner = PluginRunner.builder()
                .start(Mono.error(new IllegalStateException("no")))
                .stop(step("stop"))
                .build();

        assertThat(runner.run()).isEqualTo(PluginRunner.FAILURE);
        assertThat(steps).containsExactly("stop");
    }

    @Test
    void anEndThatFailsIsAFailure() {
        PluginRunner runner = PluginRunner.builder()
                .until(Mono.error(new IllegalStateException("given up")))
                .stop(step("stop"))
                .build();

        StepVerifier.create(runner.running()).expectNext(PluginRunner.FAILURE).verifyComplete();
    }

    @Test
    void aStopThatHangsIsGivenUpInTime() {
        StepVerifier.withVirtualTime(() -> PluginRunner.builder()
                        .until(Mono.empty())
                        .stop(Mono.never())
                        .stopTimeout(Duration.ofSeconds(3))
                        .timer(reactor.core.scheduler.Schedulers.parallel())
                        .build()
                        .running())
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(3))
                .expectNext(PluginRunner.FAILURE)
                .verifyComplete();
    }

    @Test
    void whatCannotWorkFailsInTheBuilder() {
        assertThatThrownBy(() -> PluginRunner.builder().build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("stop");
        assertThatThrownBy(() -> PluginRunner.builder().stopTimeout(Duration.ZERO))
                .hasMessageContaining("stopTimeout");
    }
}
