package io.agentruntime.octavus;

import io.agentruntime.connection.Attempt;
import io.agentruntime.connection.SessionOpener;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.net.SecretUri;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Opens a socket: ask for the session's id where there is one, open the pipe, name the session before anything else is said. */
final class SocketOpener implements SessionOpener<OctavusSession> {

    private final SocketSettings settings;
    private final Function<OctavusSession, PipeListener> frames;
    private final BiConsumer<OctavusSession, Throwable> onRetired;
    private final Consumer<Throwable> onFailure;
    private final AtomicLong opened = new AtomicLong();

    /**
     * @param frames what reads the messages of a session
     * @param onRetired called for each session that stops receiving
     * @param onFailure told why an attempt failed, before anybody else
     */
    SocketOpener(
            SocketSettings settings,
            Function<OctavusSession, PipeListener> frames,
            BiConsumer<OctavusSession, Throwable> onRetired,
            Consumer<Throwable> onFailure) {
        this.settings = settings;
        this.frames = frames;
        this.onRetired = onRetired;
        this.onFailure = onFailure;
    }

    @Override
    public Mono<OctavusSession> open(Attempt attempt) {
        return sessionId()
                .flatMap(id -> openPipe(attempt, id.orElse(null)))
                .timeout(
                        settings.connectTimeout(),
                        Mono.error(() -> new TimeLimitException("Connecting", settings.connectTimeout())),
                        settings.timer())
                .doOnError(onFailure);
    }

    private Mono<Optional<String>> sessionId() {
        Mono<String> source = settings.sessionId().get();
        return source == null
                ? Mono.just(Optional.empty())
                : source.switchIfEmpty(Mono.error(
                                () -> new InvalidOptionException("sessionId", "nothing", "must supply an id")))
                        .map(Optional::of);
    }

    private Mono<OctavusSession> openPipe(Attempt attempt, @Nullable String id) {
        OctavusSession session =
                new OctavusSession(new OctavusSession.Info(opened.incrementAndGet(), id), settings, onRetired);
        return settings.pipes()
                .connect(PipeRequest.to(address(id)), frames.apply(session))
                .switchIfEmpty(Mono.error(() -> new RuntimeClientException("The connector gave no pipe")))
                // Also of a pipe that a connector of one's own gives too late.
                .doOnNext(pipe -> {
                    session.attach(pipe);
                    attempt.onAbandon(last -> session.closePipe());
                })
                .then(id == null || settings.idInUrl() ? Mono.empty() : session.orEnd(name(session, id)))
                .thenReturn(session);
    }

    private Mono<Void> name(OctavusSession session, String id) {
        return session.send(settings.message(ClientMessages.init(id)));
    }

    private SecretUri address(@Nullable String id) {
        URI url = settings.url();
        if (id == null || !settings.idInUrl()) {
            return new SecretUri(url);
        }
        String query = url.getRawQuery() == null ? "" : url.getRawQuery() + "&";
        String whole = url.toString();
        int end = whole.indexOf('?');
        return new SecretUri(URI.create((end < 0 ? whole : whole.substring(0, end)) + "?" + query + "sessionId="
                + URLEncoder.encode(id, StandardCharsets.UTF_8)));
    }
}
