package io.agentruntime.atomemo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.net.NetOptions;
import io.agentruntime.support.Secrets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.test.StepVerifier;

/** Files from and to a store on loopback. */
class FileContextTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CHUNK = 64 * 1024;

    private String uploadPath = "/up/report?sig=S3CR3T";
    private final Map<String, byte[]> stored = new ConcurrentHashMap<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<String> called = new CopyOnWriteArrayList<>();
    private final AtomicLong produced = new AtomicLong();
    private final CountDownLatch aborted = new CountDownLatch(1);

    private final DisposableServer store = HttpServer.create()
            .host("127.0.0.1")
            .route(routes -> routes.get("/text", (request, response) -> response.sendString(Mono.just("hello")))
                    .get(
                            "/endless",
                            (request, response) -> response.send(Flux.<ByteBuf>generate(sink -> {
                                        produced.addAndGet(CHUNK);
                                        sink.next(Unpooled.wrappedBuffer(new byte[CHUNK]));
                                    })
                                    .doOnCancel(aborted::countDown)))
                    .put("/up/{name}", (request, response) -> {
                        heads.add(request.requestHeaders().get("Content-Type") + ", "
                                + request.requestHeaders().get("Content-Length"));
                        return request.receive()
                                .aggregate()
                                .asByteArray()
                                .defaultIfEmpty(new byte[0])
                                .doOnNext(bytes -> stored.put(request.param("name"), bytes))
                                .then(response.status(200).send().then());
                    })
                    .put(
                            "/refused",
                            (request, response) -> request.receive()
                                    .then(response.status(403).send().then())))
            .bindNow();

    private final ReactorHttpExchange http =
            ReactorHttpExchange.create(NetOptions.defaults(), HttpOptions.defaults(), Schedulers.parallel());

    private final HubCaller hub = (event, data) -> {
        called.add(event + " " + new String(JsonCodec.create().encode(data), UTF_8));
        String answer = event.equals("get_file_url")
                ? "{\"url\":\"" + url("/text?sig=S3CR3T") + "\"}"
                : "{\"presigned_url\":\"" + url(uploadPath) + "\",\"res_key\":\"key-1\"}";
        return Mono.just(JsonCodec.create().payload("answer", answer.getBytes(UTF_8)));
    };

    private final FileContext files =
            new FileContext(hub, new FileTransfers(http, http, PATIENCE, 1 << 20, 1 << 10, "plugin"));

    @AfterEach
    void close() {
        http.close().block(PATIENCE);
        store.disposeNow();
    }

    private String url(String path) {
        return "http://127.0.0.1:" + store.port() + path;
    }

    private FileRef at(String path) {
        return inStore().withRemoteUrl(url(path));
    }

    private static FileRef inStore() {
        return new FileRef(FileRef.STORE, "a.txt", "txt", "text/plain", 5L, "key-0", null, null);
    }

    private static String text(ByteBuf chunk) {
        try {
            return chunk.toString(UTF_8);
        } finally {
            chunk.release();
        }
    }

    @Test
    void theHubTellsWhereAFileIsUnlessItIsKnown() {
        StepVerifier.create(files.attachRemoteUrl(inStore()))
                .assertNext(file -> {
                    assertThat(file.remoteUrl()).isEqualTo(url("/text?sig=S3CR3T"));
                    assertThat(file.resKey()).isEqualTo("key-0");
                    Secrets.assertNoneIn(file.toString());
                })
                .verifyComplete();
        assertThat(called).containsExactly("get_file_url {\"res_key\":\"key-0\"}");
        FileRef known = at("/text");
        StepVerifier.create(files.attachRemoteUrl(known)).expectNext(known).verifyComplete();
        assertThat(called).hasSize(1);
    }

    @Test
    void aFileIsDownloadedAsItComes() {
        StepVerifier.create(files.download(inStore()).map(FileContextTest::text).reduce(String::concat))
                .expectNext("hello")
                .verifyComplete();
    }

    @Test
    void aFileThatCameWithItsContentIsNotFetched() {
        FileRef file = inStore().withContent(Base64.getEncoder().encodeToString("here".getBytes(UTF_8)));
        StepVerifier.create(files.download(file).map(FileContextTest::text))
                .expectNext("here")
                .verifyComplete();
        StepVerifier.create(files.load(file)).expectNext(file).verifyComplete();
        assertThat(called).isEmpty();
        StepVerifier.create(files.download(inStore().withContent("%%%"))).verifyError(DecodeException.class);
    }

    @Test
    void onlyWhatIsAskedForIsRead() throws InterruptedException {
        StepVerifier.create(files.download(at("/endless")).map(ByteBuf::release), 1)
                .expectNextCount(1)
                .thenCancel()
                .verify(PATIENCE);

        assertThat(aborted.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(produced.get()).isLessThan(64L << 20);
    }

    @Test
    void aFileThatIsTooLargeIsCutOff() {
        StepVerifier.create(files.download(at("/endless")).map(ByteBuf::release).then())
                .expectErrorSatisfies(error ->
                        assertThat(error).isInstanceOf(FileLimitException.class).hasMessageContaining("maxFileBytes"))
                .verify(PATIENCE);
        StepVerifier.create(files.load(at("/endless")))
                .expectErrorSatisfies(error -> assertThat(error).hasMessageContaining("maxLoadedBytes"))
                .verify(PATIENCE);
    }

    @Test
    void aFileThatIsLoadedHasItsContent() {
        StepVerifier.create(files.load(inStore()))
                .assertNext(file ->
                        assertThat(Base64.getDecoder().decode(file.content())).isEqualTo("hello".getBytes(UTF_8)))
                .verifyComplete();
    }

    @Test
    void aDownloadThatFailsSaysSoWithoutTheAddress() {
        StepVerifier.create(files.download(at("/gone?sig=S3CR3T")))
                .expectErrorSatisfies(error -> {
                    assertThat(error).isInstanceOf(HttpStatusException.NotFound.class);
                    Secrets.assertNoneIn(error);
                })
                .verify(PATIENCE);
        StepVerifier.create(files.download(inStore().withRemoteUrl("file:///etc/S3CR3T")))
                .expectErrorSatisfies(error -> {
                    assertThat(error).isInstanceOf(DecodeException.class);
                    Secrets.assertNoneIn(error);
                })
                .verify(PATIENCE);
    }

    @Test
    void aFileIsUploadedUnderItsTypeAndLength() {
        Flux<ByteBuf> bytes = Flux.just("one ", "two ", "three").map(part -> Unpooled.copiedBuffer(part, UTF_8));
        StepVerifier.create(files.upload("report.csv", "text/csv", 13, bytes))
                .expectNext(new FileRef(FileRef.STORE, "report.csv", "csv", "text/csv", 13L, "key-1", null, null))
                .verifyComplete();

        assertThat(new String(stored.get("report"), UTF_8)).isEqualTo("one two three");
        assertThat(heads).containsExactly("text/csv, 13");
        assertThat(called).hasSize(1);
        assertThat(called.get(0)).contains("\"extension\":\"csv\"", "\"prefixKey\":\"plugin\"");
    }

    @Test
    void anEmptyFileIsAFile() {
        StepVerifier.create(files.upload("empty.bin", "application/octet-stream", 0, Flux.empty()))
                .expectNextCount(1)
                .verifyComplete();
        assertThat(stored.get("report")).isEmpty();
    }

    @Test
    void aFileOfAnotherLengthThanAnnouncedIsAnError() {
        for (int announced : new int[] {3, 9}) {
            StepVerifier.create(files.upload(
                            "a.txt",
                            "text/plain",
                            announced,
                            Mono.fromSupplier(() -> Unpooled.copiedBuffer("hello", UTF_8))))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(OutcomeUnknownException.class)
                            .rootCause()
                            .isInstanceOf(FileLimitException.class))
                    .verify(PATIENCE);
        }
        assertThat(stored).isEmpty();
    }

    @Test
    void aFileThatIsSaidToBeEmptyIsLookedInto() {
        StepVerifier.create(files.upload(
                        "a.txt", "text/plain", 0, Mono.fromSupplier(() -> Unpooled.copiedBuffer("hello", UTF_8))))
                .verifyError(FileLimitException.class);
        StepVerifier.create(files.upload("a.txt", "text/plain", 0, files.download(at("/gone"))))
                .verifyError(HttpStatusException.NotFound.class);
        assertThat(stored).isEmpty();
    }

    @Test
    void aFileThatIsTooLargeIsNotAnnounced() {
        StepVerifier.create(files.upload("a.txt", "text/plain", 2 << 20, Flux.never()))
                .verifyError(FileLimitException.class);
        assertThat(called).isEmpty();
    }

    @Test
    void aStoreThatRefusesIsAnErrorWithoutTheAddress() {
        uploadPath = "/refused?sig=S3CR3T";
        StepVerifier.create(files.upload(
                        "a.txt", "text/plain", 5, Mono.fromSupplier(() -> Unpooled.copiedBuffer("hello", UTF_8))))
                .expectErrorSatisfies(error -> {
                    assertThat(error).isInstanceOf(HttpStatusException.Forbidden.class);
                    Secrets.assertNoneIn(error);
                })
                .verify(PATIENCE);
    }

    @Test
    void aFileGoesThroughWithoutBeingHeld() {
        StepVerifier.create(files.upload("copy.txt", "text/plain", 5, files.download(inStore())))
                .expectNextCount(1)
                .verifyComplete();
        assertThat(new String(stored.get("report"), UTF_8)).isEqualTo("hello");
    }
}
