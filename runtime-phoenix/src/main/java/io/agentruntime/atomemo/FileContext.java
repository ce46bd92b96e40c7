package io.agentruntime.atomemo;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpReply;
import io.agentruntime.http.StreamHead;
import io.agentruntime.json.JsonPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The files of the platform. Their bytes go through as they come; no file is held in memory but by {@link #load}.
 *
 * <p>Errors, besides those that are named: those of {@link HubCaller#call}; {@link HttpStatusException} and the errors of an
 * HTTP request when the store does not give or take the bytes; {@link DecodeException} when the hub's answer cannot be read.
 */
public final class FileContext {

    private static final Duration MAX_SILENCE = Duration.ofSeconds(30);
    private static final int STORE_ANSWER_BYTES = 1 << 20;

    private final HubCaller hub;
    private final FileTransfers transfers;

    FileContext(HubCaller hub, FileTransfers transfers) {
        this.hub = hub;
        this.transfers = transfers;
    }

    /** The file with an address at which it can be had for a while: its own, or one that the hub gives. */
    public Mono<FileRef> attachRemoteUrl(FileRef file) {
        if (file.remoteUrl() != null) {
            return Mono.just(file);
        }
        return Mono.defer(() -> hub.call("get_file_url", Map.of("res_key", text(file.resKey(), "res_key"))))
                .map(answer -> file.withRemoteUrl(text(answer.string("url"), "url")));
    }

    /**
     * The file's bytes, as they come. The receiver owns the buffers; they are on the heap, so that one that is not released is
     * no leak. Cancelling aborts the transfer.
     *
     * <p>Errors: {@link FileLimitException} beyond {@code maxFileBytes}; {@link io.agentruntime.error.TimeLimitException} when
     * nothing comes for 30 s; {@link io.agentruntime.error.ConnectionLostException}: what came before is not the whole.
     */
    public Flux<ByteBuf> download(FileRef file) {
        return bytes(file, transfers.maxFileBytes(), "maxFileBytes").map(Unpooled::wrappedBuffer);
    }

    /** The file with its content, all of it in memory. Errors: {@link FileLimitException} beyond {@code maxLoadedBytes}. */
    public Mono<FileRef> load(FileRef file) {
        if (file.content() != null) {
            return Mono.just(file);
        }
        return bytes(file, transfers.maxLoadedBytes(), "maxLoadedBytes")
                .collect(ByteArrayOutputStream::new, ByteArrayOutputStream::writeBytes)
                .map(all -> file.withContent(Base64.getEncoder().encodeToString(all.toByteArray())));
    }

    private Flux<byte[]> bytes(FileRef file, long limit, String option) {
        if (file.content() != null) {
            return Mono.fromCallable(() -> decoded(file)).flux().transform(all -> bounded(all, limit, option));
        }
        return attachRemoteUrl(file)
                .map(located -> call("GET", text(located.remoteUrl(), "remote_url"), Map.of()))
                .flatMapMany(call -> transfers.downloads().stream(
                        call, MAX_SILENCE, (head, chunks) -> bounded(checked(call, head, chunks), limit, option)));
    }

    private static byte[] decoded(FileRef file) {
        try {
            return Base64.getDecoder().decode(text(file.content(), "content"));
        } catch (IllegalArgumentException e) {
            throw new DecodeException("file", "its content is not Base64", "", null);
        }
    }

    private static Flux<byte[]> checked(HttpCall call, StreamHead head, Flux<byte[]> chunks) {
        return head.status() == 200 ? chunks : Flux.error(refused(call, head.status()));
    }

    private static Flux<byte[]> bounded(Flux<byte[]> chunks, long limit, String option) {
        return Flux.defer(() -> {
            AtomicLong seen = new AtomicLong();
            return chunks.doOnNext(chunk -> {
                if (seen.addAndGet(chunk.length) > limit) {
                    throw new FileLimitException("The file is larger than", limit, option);
                }
            });
        });
    }

    /**
     * Puts a file into the platform's store, and emits what it is referred to by: a tool may answer with that.
     *
     * <p>Errors: {@link FileLimitException} when {@code size} is beyond {@code maxFileBytes}, and when {@code bytes} turn out
     * to be more or fewer than {@code size}; {@link io.agentruntime.error.TimeLimitException} after {@code fileTimeout};
     * {@link io.agentruntime.error.OutcomeUnknownException}; what {@code bytes} fails with is its cause.
     *
     * @param name the file's name; what is behind its last dot is its extension
     * @param mimeType its content type
     * @param size how many bytes it has
     * @param bytes its bytes, subscribed once and asked for as the store takes them
     */
    public Mono<FileRef> upload(String name, String mimeType, long size, Publisher<? extends ByteBuf> bytes) {
        if (size < 0 || size > transfers.maxFileBytes()) {
            return Mono.error(
                    new FileLimitException("The file is larger than", transfers.maxFileBytes(), "maxFileBytes"));
        }
        String extension = name.substring(name.lastIndexOf('.') + 1);
        return hub.call("get_upload_url", Map.of("extension", extension, "prefixKey", transfers.uploadPrefix()))
                .flatMap(place -> put(place, mimeType, size, bytes)
                        .thenReturn(new FileRef(
                                FileRef.STORE,
                                name,
                                extension,
                                mimeType,
                                size,
                                text(place.string("res_key"), "res_key"),
                                null,
                                null)));
    }

    private Mono<HttpReply> put(JsonPayload place, String mimeType, long size, Publisher<? extends ByteBuf> bytes) {
        HttpCall call =
                call("PUT", text(place.string("presigned_url"), "presigned_url"), Map.of("Content-Type", mimeType));
        return sent(call, size, exactly(bytes, size)).map(reply -> {
            if (reply.status() / 100 != 2) {
                throw refused(call, reply.status());
            }
            return reply;
        });
    }

    /** Nobody would read the body of a request that has none, nor hear that it is no empty file after all. */
    private Mono<HttpReply> sent(HttpCall call, long size, Flux<ByteBuf> body) {
        return size > 0
                ? transfers.uploads().upload(call, size, body)
                : body.doOnNext(ByteBuf::release).then(transfers.uploads().upload(call, 0, Flux.empty()));
    }

    /** A body that is not as long as was said would spoil the connection, or wait for ever. */
    private static Flux<ByteBuf> exactly(Publisher<? extends ByteBuf> bytes, long size) {
        return Flux.defer(() -> {
            AtomicLong left = new AtomicLong(size);
            return Flux.<ByteBuf>from(bytes)
                    .doOnNext(chunk -> {
                        if (left.addAndGet(-chunk.readableBytes()) < 0) {
                            chunk.release();
                            throw new FileLimitException("The file has more than the announced", size, "");
                        }
                    })
                    .concatWith(Mono.defer(() -> left.get() == 0
                            ? Mono.empty()
                            : Mono.error(new FileLimitException("The file has less than the announced", size, ""))));
        });
    }

    private HttpCall call(String method, String address, Map<String, String> headers) {
        try {
            URI uri = new URI(address);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return new HttpCall(method, uri, headers, null, transfers.limit(), STORE_ANSWER_BYTES);
            }
        } catch (URISyntaxException e) {
            // Not passed on: it quotes the address, which is as good as a key.
        }
        throw new DecodeException("file", "its address is no http or https address", "", null);
    }

    private static HttpStatusException refused(HttpCall call, int status) {
        return HttpStatusException.of(status, call.method(), call.path(), "", "", null);
    }

    private static String text(@Nullable String value, String field) {
        if (value == null) {
            throw new DecodeException("file", "field '" + field + "' is missing", "", null);
        }
        return value;
    }
}
