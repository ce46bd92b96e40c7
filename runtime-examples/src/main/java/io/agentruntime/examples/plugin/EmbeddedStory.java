package io.agentruntime.examples.plugin;

import static io.agentruntime.examples.plugin.HubQuestions.check;

import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.atomemo.FileRef;
import io.agentruntime.atomemo.HubMode;
import io.agentruntime.atomemo.PluginDefinition;
import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.examples.quickstart.Screen;
import io.agentruntime.runner.PluginRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/** The demo plugin on an embedded hub: every request, a drop, and the end by SIGTERM. Checks what it claims. */
final class EmbeddedStory {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long FILE_BYTES = 20L << 20;

    private final Screen screen;
    private final Mono<Void> terminate;

    /** What happens when the first bytes of the next file have come. */
    private final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});

    /** @param terminate sends SIGTERM to this process */
    EmbeddedStory(Screen screen, Mono<Void> terminate) {
        this.screen = screen;
        this.terminate = terminate;
    }

    Mono<String> play() {
        return Mono.usingWhen(
                onDisk(() -> Files.createTempDirectory("demo-plugin")),
                folder -> Mono.usingWhen(
                        EmbeddedAtomemoHub.start(HubMode.DEBUG),
                        hub -> play(hub, folder.resolve("definition.json")),
                        EmbeddedAtomemoHub::close),
                folder -> onDisk(() -> {
                    Files.deleteIfExists(folder.resolve("definition.json"));
                    Files.delete(folder);
                    return folder;
                }));
    }

    /** Something that blocks on the disk. */
    @FunctionalInterface
    private interface DiskJob {
        Path run() throws IOException;
    }

    private static Mono<Path> onDisk(DiskJob job) {
        return Mono.fromCallable(job::run).subscribeOn(Schedulers.boundedElastic());
    }

    private Mono<String> play(EmbeddedAtomemoHub hub, Path definition) {
        AtomemoPlugin plugin = PluginDemo.builder(hub.variables(), screen)
                .author("Demo", "demo@example.com")
                .definitionFile(definition)
                .transporter(t -> PluginDemo.told(t, screen)
                        .socket(s -> s.reconnect(r -> r.initialDelay(Duration.ofMillis(500)))))
                .build();
        new DemoFeatures(screen, () -> meanwhile.getAndSet(() -> {}).run()).addTo(plugin);
        Mono<Integer> run = PluginRunner.builder()
                .until(plugin.run())
                .stop(plugin.close())
                .build()
                .running()
                .cache();
        run.subscribe();
        HubQuestions questions = new HubQuestions(hub, screen);
        FileRef file = hub.store().add("report.pdf", "application/pdf", FILE_BYTES);

        screen.title("An account, a form, a file");
        return questions
                .account()
                .then(questions.form())
                .then(questions.copy(file))
                .then(questions.whatGoesWrong())
                .then(definitionIsWritten(definition))
                .then(Mono.defer(() -> drop(hub, questions, file)))
                .then(Mono.defer(() -> stop(hub, questions, file, run)))
                .thenReturn("a plugin registered, answered all seven kinds of requests, copied 3 files of "
                        + (FILE_BYTES >> 20)
                        + " MiB without holding one, lost its hub in the middle of one and gave the answer"
                        + " when it was back, and finished another after SIGTERM before it left");
    }

    private Mono<Void> definitionIsWritten(Path definition) {
        return Mono.fromCallable(() -> PluginDefinition.read(Files.readAllBytes(definition)))
                .subscribeOn(Schedulers.boundedElastic())
                .retryWhen(Retry.fixedDelay(100, Duration.ofMillis(100)).filter(IOException.class::isInstance))
                .doOnNext(written -> screen.line("plugin", "has written its definition: " + written))
                .then();
    }

    private Mono<Void> drop(EmbeddedAtomemoHub hub, HubQuestions questions, FileRef file) {
        screen.title("The connection breaks in the middle of a file");
        meanwhile.set(hub.server().faults()::dropAllSockets);
        return questions.copy(file).doOnSuccess(nothing -> {
            check(hub.registrations().size() == 2, "the plugin has not registered again");
            check(hub.store().uploads().size() == 2, "the tool has not run once");
        });
    }

    private Mono<Void> stop(EmbeddedAtomemoHub hub, HubQuestions questions, FileRef file, Mono<Integer> run) {
        screen.title("SIGTERM comes in the middle of a file");
        meanwhile.set(terminate::subscribe);
        return questions
                .copy(file)
                .then(run.timeout(PATIENCE, Mono.error(() -> new IllegalStateException("The plugin did not stop"))))
                .doOnNext(status -> {
                    check(status == PluginRunner.SUCCESS, "the runner ended with " + status);
                    check(hub.server().messages("phx_leave").size() == 1, "the plugin has not left its channel");
                    check(hub.server().sockets() == 0, "a socket is still open");
                    screen.line("plugin", "has stopped");
                })
                .then();
    }
}
