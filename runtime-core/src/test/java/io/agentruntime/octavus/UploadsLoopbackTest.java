package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class UploadsLoopbackTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private EmbeddedOctavusServer server;
    private OctavusUploads uploads;

    @BeforeEach
    void start() {
        server = EmbeddedOctavusServer.start().block(LIMIT);
        uploads = OctavusUploads.builder(server.filesUrl()).build();
    }

    @AfterEach
    void close() {
        uploads.close().block(LIMIT);
        server.close().block(LIMIT);
    }

    @Test
    void aFileIsUploadedPieceByPiece(@TempDir Path folder) throws IOException {
        byte[] content = new byte[1_000_000];
        new Random(1).nextBytes(content);
        Path path = Files.write(folder.resolve("photo.png"), content);

        List<UploadProgress> progress = uploads.upload("s-1", List.of(UploadFile.of(path, "image/png")))
                .collectList()
                .block(LIMIT);

        UploadProgress last = progress.get(progress.size() - 1);
        assertThat(progress).hasSizeGreaterThan(1);
        assertThat(progress).extracting(UploadProgress::sentBytes).isSorted();
        assertThat(last.percent()).isEqualTo(100);
        FileReference reference = last.reference().orElseThrow();
        assertThat(reference.filename()).isEqualTo("photo.png");
        assertThat(reference.mediaType()).isEqualTo("image/png");
        assertThat(reference.size()).isEqualTo(1_000_000);
        assertThat(server.file(reference.id()))
                .hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(content));
        assertThat(progress.subList(0, progress.size() - 1))
                .allSatisfy(step -> assertThat(step.reference()).isEmpty());
    }

    @Test
    void filesGoOneAfterTheOther() {
        List<FileReference> references = uploads.references("s-1", List.of(text("a", "one"), text("b", "")))
                .block(LIMIT);

        assertThat(references).extracting(FileReference::filename).containsExactly("a", "b");
        assertThat(server.file(references.get(0).id()))
                .hasValueSatisfying(bytes -> assertThat(bytes).asString().isEqualTo("one"));
    }

    private static UploadFile text(String name, String text) {
        return new UploadFile(
                name,
                "text/plain",
                text.length(),
                Flux.defer(() ->
                        Flux.<ByteBuf>just(Unpooled.copiedBuffer(text, java.nio.charset.StandardCharsets.UTF_8))));
    }

    @Test
    void aFileOfAnotherLengthIsAnError() {
        UploadFile shorter =
                new UploadFile("a", "text/plain", 10, text("a", "one").content());
        UploadFile longer =
                new UploadFile("a", "text/plain", 1, text("a", "one").content());

        StepVerifier.create(uploads.references("s-1", List.of(shorter)))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(RuntimeClientException.class)
                        .hasMessageContaining("does not have the 10 bytes"))
                .verify(LIMIT);
        StepVerifier.create(uploads.references("s-1", List.of(longer)))
                .expectError(RuntimeClientException.class)
                .verify(LIMIT);
    }

    @Test
    void aRefusalIsTypedAndShowsNoSignature() {
        server.faults().failHttp("PUT /octavus/files/*", 403, 1);

        StepVerifier.create(uploads.references("s-1", List.of(text("a", "one"))))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(HttpStatusException.Forbidden.class)
                        .message()
                        .doesNotContain("signature"))
                .verify(LIMIT);
    }
}
