package io.agentruntime.atomemo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.atomemo.testkit.EmbeddedFileStore;
import io.agentruntime.atomemo.testkit.HubAnswer;
import io.agentruntime.atomemo.testkit.StoredFile;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.net.NetOptions;
import io.agentruntime.support.Secrets;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.json.JsonMapper;

/** Files on their way through a plugin, between the hub's store and the same, and what goes wrong there. */
class FilesLoopbackTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LARGE = 8L << 20;

    @TempDir
    Path folder;

    private EmbeddedAtomemoHub hub;
    private EmbeddedFileStore store;
    private AtomemoPlugin plugin;

    /** What happens when the first bytes of a file have come; the others wait for it. */
    private final AtomicReference<Mono<?>> meanwhile = new AtomicReference<>(Mono.empty());

    @BeforeAll
    static void addressesAreSecret() {
        Secrets.register(EmbeddedFileStore.SIGNATURE);
        Secrets.register(EmbeddedAtomemoHub.KEY);
    }

    @BeforeEach
    void open() {
        hub = EmbeddedAtomemoHub.start(HubMode.DEBUG).block(PATIENCE);
        store = hub.store();
        plugin = AtomemoPlugin.builder("my-plugin")
                .version("1.0.0")
                .author("Jane", "jane@example.com")
                .environment(AtomemoEnvironment.of(hub.variables()))
                .definitionFile(folder.resolve("definition.json"))
                .transporter(t -> t.socket(s ->
                        s.reconnect(r -> r.initialDelay(Duration.ofMillis(1)).maxDelay(Duration.ofMillis(10)))))
                .build();
        plugin.addTool(Tool.builder("copy-file").invoke(this::copy).build());
        plugin.addTool(Tool.builder("load-file").invoke(this::load).build());
        plugin.run().subscribe();
    }

    @AfterEach
    void close() {
        plugin.close().block(PATIENCE);
        hub.close().block(PATIENCE);
    }

    private Mono<FileRef> copy(ToolCall call) {
        FileRef file = call.parameters().file("file").orElseThrow();
        FileContext files = call.context().files();
        return files.upload(
                "copy.bin",
                "application/x-copy",
                file.size(),
                files.download(file)
                        .switchOnFirst((first, bytes) -> meanwhile.get().thenMany(bytes)));
    }

    private Mono<FileRef> load(ToolCall call) {
        return call.context().files().load(call.parameters().file("file").orElseThrow());
    }

    private HubAnswer invoke(String tool, FileRef file) {
        return hub.invokeTool(tool, Map.of("file", file)).block(PATIENCE);
    }

    private FileRef large() {
        return store.add("large.bin", "application/octet-stream", LARGE);
    }

    private void assertCopied(FileRef file, HubAnswer answer) {
        assertThat(answer.isError()).as(answer.payload().toString()).isFalse();
        StoredFile copy = store.file(answer.data().path("res_key").asString()).orElseThrow();
        assertThat(copy.sha256())
                .isEqualTo(
                        store.file(String.valueOf(file.resKey())).orElseThrow().sha256());
        assertThat(copy.mimeType()).isEqualTo("application/x-copy");
        assertThat(copy.size()).isEqualTo(file.size());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 65_536, 65_537, LARGE})
    void aFileGoesThroughToTheByte(long size) {
        FileRef file = store.add("a.bin", "application/octet-stream", size);

        assertCopied(file, invoke("copy-file", file));
        assertThat(store.uploads()).hasSize(1);
        assertThat(store.downloads()).isEqualTo(1);
    }

    @Test
    void aSmallFileThatWasPutThereCanBeFetchedAgain() {
        HubAnswer copied = invoke("copy-file", store.add("a.txt", "text/plain", "hello".getBytes(UTF_8)));
        FileRef copy = JsonMapper.shared().treeToValue(copied.data(), FileRef.class);

        assertThat(invoke("load-file", copy).data().path("content").asString()).isEqualTo("aGVsbG8=");
    }

    @Test
    void aConnectionThatBreaksMeanwhileIsNoConcernOfTheFiles() {
        meanwhile.set(Mono.fromRunnable(hub.server().faults()::dropAllSockets)
                .thenMany(hub.server().messageStream())
                .filter(message -> message.event().equals("register_plugin"))
                .elementAt(1));
        FileRef file = large();

        assertCopied(file, invoke("copy-file", file));
        assertThat(store.uploads()).hasSize(1);
        assertThat(hub.registrations()).hasSize(2);
    }

    @Test
    void aDownloadThatBreaksOffIsAnErrorAndLeavesNoFile() {
        store.breakDownloads(1);
        HubAnswer answer = invoke("copy-file", large());

        assertThat(answer.event()).isEqualTo("invoke_tool_error");
        assertThat(answer.error().path("name").asString()).isEqualTo("OutcomeUnknownException");
        assertThat(store.uploads()).isEmpty();
        FileRef next = large();
        assertCopied(next, invoke("copy-file", next));
    }

    @Test
    void anUploadThatBreaksOffIsAnErrorAndLeavesNoFile() {
        store.breakUploads(1);
        HubAnswer answer = invoke("copy-file", large());

        assertThat(answer.event()).isEqualTo("invoke_tool_error");
        assertThat(answer.error().path("name").asString()).isEqualTo("OutcomeUnknownException");
        assertThat(store.uploads()).isEmpty();
        FileRef next = large();
        assertCopied(next, invoke("copy-file", next));
    }

    @Test
    void aStoreThatRefusesIsAnError() {
        store.refuse(503, 1);
        HubAnswer answer = invoke("load-file", large());

        assertThat(answer.error().path("name").asString()).isEqualTo("Unavailable");
        assertThatThrownBy(() -> store.refuse(200, 1)).isInstanceOf(InvalidOptionException.class);
    }

    @Test
    void aFileThatTheHubDoesNotKnowIsAnError() {
        FileRef nothing = new FileRef(FileRef.STORE, "a.txt", "txt", "text/plain", 5L, "no-such-key", null, null);

        assertThat(invoke("load-file", nothing).error().path("name").asString()).isEqualTo("HubCallException");
    }

    @Test
    void nobodyGetsAFileWithoutASignature() {
        ReactorHttpExchange http =
                ReactorHttpExchange.create(NetOptions.defaults(), HttpOptions.defaults(), Schedulers.parallel());
        String address = store.address(String.valueOf(large().resKey()));
        URI unsigned = URI.create(address.substring(0, address.indexOf('?')));
        for (String method : new String[] {"GET", "PUT"}) {
            byte[] body = method.equals("PUT") ? new byte[] {1} : null;
            HttpCall call = new HttpCall(method, unsigned, Map.of(), body, PATIENCE, 1 << 10);
            assertThat(http.exchange(call).block(PATIENCE).status()).isEqualTo(403);
        }
        http.close().block(PATIENCE);
    }

    @Test
    void aHubInMemoryHasNoStore() {
        assertThatThrownBy(() -> EmbeddedAtomemoHub.inMemory(HubMode.DEBUG, VirtualTimeScheduler.create())
                        .store())
                .isInstanceOf(IllegalStateException.class);
    }
}
