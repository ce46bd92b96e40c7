package io.agentruntime.codebolt;

import io.agentruntime.connection.Attempt;
import io.agentruntime.connection.SessionOpener;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** Opens a session: the socket, the start message, the channels of the session before. Each step has a limit of its own. */
final class CodeboltOpener implements SessionOpener<CodeboltSession> {

    private final CodeboltSettings settings;
    private final ChannelBook channels;
    private final Function<CodeboltSession, PipeListener> frames;
    private final AtomicLong count = new AtomicLong();

    /** @param frames what reads the frames of a session */
    CodeboltOpener(CodeboltSettings settings, ChannelBook channels, Function<CodeboltSession, PipeListener> frames) {
        this.settings = settings;
        this.channels = channels;
        this.frames = frames;
    }

    @Override
    public Mono<CodeboltSession> open(Attempt attempt) {
        return settings.pluginToken()
                .flatMap(token -> openSocket(attempt, token))
                .flatMap(session -> started(session)
                        .then(session.orEnd(channels.restore(session)))
                        .thenReturn(session));
    }

    private Mono<CodeboltSession> openSocket(Attempt attempt, String token) {
        PluginSession info = new PluginSession("plugin-" + count.incrementAndGet());
        CodeboltSession session = new CodeboltSession(info, settings);
        return settings.pipes()
                .connect(PipeRequest.to(settings.address(token)), frames.apply(session))
                .doOnNext(pipe -> {
                    session.attach(pipe);
                    attempt.onAbandon(last -> session.closePipe());
                })
                .thenReturn(session);
    }

    private Mono<Void> started(CodeboltSession session) {
        return session.started()
                .onErrorMap(CodeboltVerdicts::beforeStart)
                .timeout(
                        settings.startTimeout(),
                        Mono.error(() -> new TimeLimitException("The server's start message", settings.startTimeout())),
                        settings.timer());
    }
}
