package io.agentruntime.atomemo;

import io.agentruntime.json.JsonCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;

/** The file {@code definition.json}, from which a plugin is released. Read and written on the bounded elastic scheduler. */
final class DefinitionFile {

    private static final DefaultIndenter TWO_SPACES = new DefaultIndenter("  ", "\n");

    private final Path path;

    DefinitionFile(Path path) {
        this.path = path;
    }

    /** Replaces the file, in one step: whoever reads it meanwhile gets the old one in full or the new one in full. */
    Mono<Void> write(PluginDefinition definition) {
        return Mono.<Void>fromCallable(() -> {
                    replace(json(definition));
                    return null;
                })
                .subscribeOn(Schedulers.boundedElastic());
    }

    /** The file's definition. Errors: {@link IOException}, and those of {@link PluginDefinition#read}. */
    Mono<PluginDefinition> read() {
        return Mono.fromCallable(() -> PluginDefinition.read(Files.readAllBytes(path)))
                .subscribeOn(Schedulers.boundedElastic());
    }

    private static byte[] json(PluginDefinition definition) {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(Separators.createDefaultInstance()
                        .withObjectNameValueSpacing(Separators.Spacing.AFTER)
                        .withObjectEmptySeparator("")
                        .withArrayEmptySeparator(""))
                .withObjectIndenter(TWO_SPACES)
                .withArrayIndenter(TWO_SPACES);
        return JsonCodec.create().mapper().writer().with(printer).writeValueAsBytes(definition);
    }

    private void replace(byte[] json) throws IOException {
        Path target = path.toAbsolutePath();
        Path next =
                Files.createTempFile(target.getParent(), target.getFileName().toString(), ".tmp");
        try {
            Files.write(next, json);
            move(next, target);
        } finally {
            Files.deleteIfExists(next);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
