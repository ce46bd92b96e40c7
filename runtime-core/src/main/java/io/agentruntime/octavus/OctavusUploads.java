package io.agentruntime.octavus;

import io.agentruntime.error.Checks;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.HttpReply;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.net.NetOptions;
import io.agentruntime.net.SecretUri;
import io.agentruntime.net.WireSecrets;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import tools.jackson.databind.JsonNode;

/**
 * Uploads files: asks a server of one's own where to put them, and puts them there, piece by piece.
 *
 * <pre>{@code
 * OctavusUploads uploads = OctavusUploads.builder("https://example.com/api/upload-urls").build();
 * uploads.upload(sessionId, List.of(UploadFile.of(path, "image/png")))
 *         .subscribe(progress -> show(progress.percent()));
 * }</pre>
 */
public final class OctavusUploads {

    private static final int MAX_ANSWER_BYTES = 1 << 20;

    private final URI url;
    private final Map<String, String> headers;
    private final Duration requestTimeout;
    private final Duration uploadTimeout;
    private final Scheduler timer;
    private final ReactorHttpExchange exchange;
    private final HttpClient client;
    private final JsonCodec json = JsonCodec.create();

    private OctavusUploads(Builder builder) {
        this.url = builder.url;
        this.headers = Map.copyOf(builder.headers);
        this.requestTimeout = builder.requestTimeout;
        this.uploadTimeout = builder.uploadTimeout;
        this.timer = builder.timer;
        this.exchange = ReactorHttpExchange.create(builder.net, HttpOptions.defaults(), timer);
        this.client = builder.net.httpClient(ConnectionProvider.newConnection());
    }

    /**
     * Starts to configure uploads.
     *
     * @param url where the addresses for uploads are asked for, {@code http} or {@code https}
     */
    public static Builder builder(String url) {
        return new Builder(OctavusHttpBuilder.checkUrl(url));
    }

    /** Where one file goes. The addresses are signed: whoever has them can read and write the file. */
    private record Place(String id, URI uploadUrl, String downloadUrl) {}

    /**
     * Uploads files, one after the other, and says how far it has come; a slow subscriber misses steps, but never the last of
     * a file, which has its {@link UploadProgress#reference()}. Cold: each subscription uploads. Cancelling aborts.
     *
     * <p>Errors: {@link HttpStatusException}, {@link io.agentruntime.error.ConnectFailedException}, {@link
     * ConnectionLostException}, {@link TimeLimitException}, {@link DecodeException}, and what reading a file fails with; {@link
     * RuntimeClientException} when a file is not as long as it should be. The files before it are uploaded.
     */
    public Flux<UploadProgress> upload(String sessionId, List<UploadFile> files) {
        List<UploadFile> all = List.copyOf(files);
        if (all.isEmpty()) {
            return Flux.empty();
        }
        return places(sessionId, all)
                .flatMapMany(places -> Flux.range(0, all.size())
                        .concatMap(index -> upload(index, all.get(index), places.get(index)), 1));
    }

    /** Uploads files and emits their references, in order, when all are there. */
    public Mono<List<FileReference>> references(String sessionId, List<UploadFile> files) {
        return upload(sessionId, files).mapNotNull(UploadProgress::uploaded).collectList();
    }

    private Mono<List<Place>> places(String sessionId, List<UploadFile> files) {
        List<Map<String, Object>> asked = new ArrayList<>();
        for (UploadFile file : files) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("filename", file.filename());
            one.put("mediaType", file.mediaType());
            one.put("size", file.size());
            asked.add(one);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("sessionId", sessionId);
        body.put("files", asked);
        HttpCall call = new HttpCall("POST", url, headers, json.encode(body), requestTimeout, MAX_ANSWER_BYTES);
        return exchange.exchange(call).map(reply -> places(call, reply, files.size()));
    }

    private List<Place> places(HttpCall call, HttpReply reply, int wanted) {
        if (reply.status() / 100 != 2) {
            throw HttpStatusException.of(reply.status(), call.method(), call.path(), null, null, null);
        }
        JsonPayload answer = json.payload("answer with addresses for uploads", reply.body());
        List<Place> places = new ArrayList<>();
        for (JsonNode one : answer.tree().path("files")) {
            try {
                places.add(new Place(
                        one.path("id").asString(""),
                        new URI(one.path("uploadUrl").asString("")),
                        one.path("downloadUrl").asString("")));
            } catch (URISyntaxException e) {
                throw unusable("an address for an upload is none");
            }
        }
        if (places.size() != wanted) {
            throw unusable(places.size() + " addresses for " + wanted + " files");
        }
        return places;
    }

    private static DecodeException unusable(String problem) {
        return new DecodeException("answer with addresses for uploads", problem, "", null); // no excerpt: it is secret
    }

    private Flux<UploadProgress> upload(int index, UploadFile file, Place place) {
        return Flux.create(
                sink -> {
                    Disposable running = put(
                                    file, place, sent -> sink.next(new UploadProgress(index, file, sent, null)))
                            .subscribe(nothing -> {}, sink::error, () -> {
                                FileReference reference = new FileReference(
                                        place.id(),
                                        file.mediaType(),
                                        place.downloadUrl(),
                                        file.filename(),
                                        file.size());
                                sink.next(new UploadProgress(index, file, file.size(), reference));
                                sink.complete();
                            });
                    sink.onDispose(running);
                },
                FluxSink.OverflowStrategy.LATEST);
    }

    private Mono<Void> put(UploadFile file, Place place, Consumer<Long> progress) {
        return Mono.defer(() -> {
            WireSecrets secrets =
                    WireSecrets.of(new SecretUri(place.uploadUrl()), Map.of("content-type", file.mediaType()));
            return secrets.applyTo(client)
                    .headers(all -> all.set(HttpHeaderNames.CONTENT_LENGTH, file.size()))
                    .put()
                    .uri(secrets.visibleUri())
                    .send((request, out) -> out.send(counted(file, progress)))
                    .response((response, body) ->
                            body.then(Mono.just(response.status().code())))
                    // Not single(), which says to nobody that there is none where a cancel overtakes the answer.
                    .singleOrEmpty()
                    .timeout(
                            uploadTimeout,
                            Mono.error(() -> new TimeLimitException("Uploading " + file.filename(), uploadTimeout)),
                            timer)
                    .switchIfEmpty(Mono.error(() -> new ConnectionLostException(1006, "", null)))
                    .onErrorMap(
                            error -> !(error instanceof RuntimeClientException),
                            error -> new ConnectionLostException(1006, "", error))
                    .flatMap(status -> status / 100 == 2
                            ? Mono.<Void>empty()
                            : Mono.error(HttpStatusException.of(
                                    status, "PUT", place.uploadUrl().getRawPath(), null, null, null)));
        });
    }

    private static Flux<ByteBuf> counted(UploadFile file, Consumer<Long> progress) {
        return Flux.defer(() -> {
            AtomicLong sent = new AtomicLong();
            return file.content()
                    .doOnNext(chunk -> {
                        long now = sent.addAndGet(chunk.readableBytes());
                        if (now > file.size()) {
                            chunk.release();
                            throw wrongSize(file);
                        }
                        progress.accept(now);
                    })
                    .concatWith(
                            Mono.defer(() -> sent.get() == file.size() ? Mono.empty() : Mono.error(wrongSize(file))));
        });
    }

    private static RuntimeClientException wrongSize(UploadFile file) {
        return new RuntimeClientException(
                "File " + file.filename() + " does not have the " + file.size() + " bytes that were announced");
    }

    /** Frees the connections. Idempotent; never fails. */
    public Mono<Void> close() {
        return exchange.close();
    }

    /** Configures {@link OctavusUploads}. Everything has a default. */
    public static final class Builder {

        private final URI url;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private Duration requestTimeout = Duration.ofSeconds(30);
        private Duration uploadTimeout = Duration.ofMinutes(10);
        private NetOptions net = NetOptions.defaults();
        private Scheduler timer = Schedulers.parallel();

        private Builder(URI url) {
            this.url = url;
            headers.put("content-type", "application/json");
            headers.put("accept", "application/json");
        }

        /** A header of the request for addresses, credentials for example. It is not sent along with files. */
        public Builder header(String name, String value) {
            headers.put(name.toLowerCase(Locale.ROOT), value);
            return this;
        }

        /** The longest wait for the addresses; default 30 s. */
        public Builder requestTimeout(Duration limit) {
            this.requestTimeout = Checks.positive("requestTimeout", limit);
            return this;
        }

        /** The longest that one file takes; default 10 min. */
        public Builder uploadTimeout(Duration limit) {
            this.uploadTimeout = Checks.positive("uploadTimeout", limit);
            return this;
        }

        /** The way to the servers: connect limit, TLS, proxy, event loops, and a customiser of Reactor Netty's client. */
        public Builder net(UnaryOperator<NetOptions.Builder> spec) {
            this.net = spec.apply(NetOptions.builder()).build();
            return this;
        }

        /** Where limits are kept; default {@link Schedulers#parallel()}. */
        public Builder timer(Scheduler scheduler) {
            this.timer = scheduler;
            return this;
        }

        /** The uploads. */
        public OctavusUploads build() {
            return new OctavusUploads(this);
        }
    }
}
