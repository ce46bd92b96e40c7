package io.agentruntime.atomemo.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agentruntime.atomemo.FileRef;
import io.agentruntime.error.Checks;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.URLEncoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.FutureMono;
import reactor.netty.http.server.HttpServer;

/**
 * The platform's file store in this process, over loopback: gives and takes files at addresses that are signed. An {@link
 * EmbeddedAtomemoHub} on loopback has one.
 *
 * <p>Large files are not held in memory: one that is given is made up as it goes out, and of one that arrives the size and the
 * hash are kept, and the bytes only up to 1 MiB. All methods are safe for use by many threads, and none blocks.
 */
public final class EmbeddedFileStore {

    /** What signs its addresses: whoever has it needs no other key. */
    public static final String SIGNATURE = "signed-for-a-while";

    private static final String HOST = "127.0.0.1";

    private final ChannelGroup connections = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);
    private final Map<String, StoredFile> files = new ConcurrentHashMap<>();
    private final Map<String, FileBytes> contents = new ConcurrentHashMap<>();
    private final List<StoredFile> uploads = new CopyOnWriteArrayList<>();
    private final AtomicLong downloads = new AtomicLong();
    private final AtomicLong seeds = new AtomicLong();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger brokenDownloads = new AtomicInteger();
    private final AtomicInteger brokenUploads = new AtomicInteger();
    private volatile int refusal;
    private volatile @Nullable DisposableServer server;

    EmbeddedFileStore() {}

    /** Starts a store on a free port of 127.0.0.1. Cold: each subscription starts one. */
    public static Mono<EmbeddedFileStore> start() {
        return Mono.defer(() -> {
            EmbeddedFileStore store = new EmbeddedFileStore();
            return HttpServer.create()
                    .host(HOST)
                    .doOnChannelInit((observer, channel, remote) -> store.connections.add(channel))
                    .handle(new FileRequests(store)::handle)
                    .bind()
                    .doOnNext(bound -> store.server = bound)
                    .thenReturn(store);
        });
    }

    // ---- Files

    /** Puts a file there, and tells how the hub refers to it, without an address. */
    public FileRef add(String filename, String mimeType, byte[] content) {
        return add(filename, mimeType, FileBytes.of(content.clone()));
    }

    /** Puts a file of any size there, whose bytes are made up whenever it is fetched; the same each time. */
    public FileRef add(String filename, String mimeType, long size) {
        return add(filename, mimeType, FileBytes.madeUp(size, seeds.incrementAndGet()));
    }

    private FileRef add(String filename, String mimeType, FileBytes content) {
        String extension = filename.substring(filename.lastIndexOf('.') + 1);
        String resKey = newKey("files", extension);
        contents.put(resKey, content);
        files.put(resKey, new StoredFile(resKey, mimeType, content.size(), content.sha256()));
        return new FileRef(FileRef.STORE, filename, extension, mimeType, content.size(), resKey, null, null);
    }

    /** A file of the store's by its key. */
    public Optional<StoredFile> file(String resKey) {
        return Optional.ofNullable(files.get(resKey));
    }

    /** The files that were uploaded so far, in the order in which they were complete. */
    public List<StoredFile> uploads() {
        return uploads;
    }

    /** How many files were asked for so far, also in vain. */
    public long downloads() {
        return downloads.get();
    }

    // ---- Addresses

    static String newKey(String prefix, String extension) {
        return prefix + "/" + Ids.next() + "." + extension;
    }

    /** Where a file can be fetched from, or put to: signed. */
    public String address(String resKey) {
        DisposableServer bound = server;
        return "http://" + HOST + ":" + (bound == null ? 0 : bound.port()) + "/" + URLEncoder.encode(resKey, UTF_8)
                + "?signature=" + SIGNATURE;
    }

    // ---- Faults

    /** Answers so many of the next requests with this status, and nothing else. */
    public void refuse(int status, int times) {
        Checks.range("status", status, 300, 599);
        refusal = status;
        refusals.set(times);
    }

    /** Breaks the connection of so many of the next downloads when half of the file has gone out. */
    public void breakDownloads(int times) {
        brokenDownloads.set(times);
    }

    /** Breaks the connection of so many of the next uploads when half of the file has come in. */
    public void breakUploads(int times) {
        brokenUploads.set(times);
    }

    // ---- For its requests

    /** The status to refuse this request with; 0 to serve it. */
    int refusal() {
        return isOneOf(refusals) ? refusal : 0;
    }

    boolean breaksDownload() {
        return isOneOf(brokenDownloads);
    }

    boolean breaksUpload() {
        return isOneOf(brokenUploads);
    }

    private static boolean isOneOf(AtomicInteger left) {
        return left.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    }

    /** The bytes of a file; empty when there is none, or they were not kept. */
    Optional<FileBytes> download(String resKey) {
        downloads.incrementAndGet();
        return Optional.ofNullable(contents.get(resKey));
    }

    void uploaded(StoredFile file, @Nullable FileBytes bytes) {
        if (bytes != null) {
            contents.put(file.resKey(), bytes);
        }
        files.put(file.resKey(), file);
        uploads.add(file);
    }

    /** Closes for good. Idempotent. */
    public Mono<Void> close() {
        return Mono.defer(() -> {
            DisposableServer bound = server;
            if (bound == null) {
                return Mono.empty();
            }
            bound.dispose();
            return bound.onDispose().then(FutureMono.from(connections.close())).onErrorComplete();
        });
    }

    @Override
    public String toString() {
        return "EmbeddedFileStore[" + files.size() + " files]";
    }
}
