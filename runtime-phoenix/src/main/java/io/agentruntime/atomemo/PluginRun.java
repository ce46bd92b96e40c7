package io.agentruntime.atomemo;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.SerialExecutor;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.phoenix.ChannelCrashedException;
import io.agentruntime.phoenix.ChannelState;
import io.agentruntime.phoenix.ChannelState.Errored;
import io.agentruntime.phoenix.ChannelState.Joined;
import io.agentruntime.phoenix.PhoenixChannel;
import io.agentruntime.phoenix.PhoenixMessage;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/** A plugin at its hub, from joining its channel to leaving it. */
final class PluginRun {

    private static final Logger log = LoggerFactory.getLogger(AtomemoPlugin.class);

    /** What the hub sends goes into a queue of this class's own, and must not be lost before. */
    private static final StreamOptions AT_ONCE =
            StreamOptions.of(OverflowPolicy.ERROR).withDeliverOn(Schedulers.immediate());

    private final PluginSettings settings;
    private final Transporter transporter;
    private final Supplier<PluginDefinition> definition;
    private final PhoenixChannel channel;
    private final SerialExecutor inbox = new SerialExecutor();
    private final HubCalls calls;
    private final Outbox outbox;
    private final Requests requests;
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    private final Mono<Void> stopped;
    private volatile @Nullable ChannelHandle handle;

    /** @param definition what the hub is told of the plugin, asked for at each registration */
    PluginRun(
            PluginSettings settings,
            Transporter transporter,
            Registry registry,
            Supplier<PluginDefinition> definition,
            String topic) {
        this.settings = settings;
        this.transporter = transporter;
        this.definition = definition;
        this.channel = transporter.channel(topic);
        this.calls = new HubCalls(channel, transporter.frames(), settings.hubCallTimeout(), settings.timer());
        this.outbox = new Outbox(inbox, this::push, transporter.socket().ping(), settings.timer());
        this.requests = new Requests(
                inbox,
                new RequestRouter(registry, calls, new FileContext(calls, settings.files())),
                outbox,
                settings,
                isDebug());
        this.stopped = stopOnce().cache();
    }

    private Mono<Void> push(Answer answer) {
        transporter.frames().sent(channel.topic(), answer.event(), answer.payload());
        return channel.send(answer.event(), answer.payload());
    }

    private boolean isDebug() {
        return settings.environment().mode() == HubMode.DEBUG;
    }

    HubCalls calls() {
        return calls;
    }

    /** Serves the hub until this side stops it, or the hub is gone for good, which is an error. */
    Mono<Void> serve() {
        // Its messages end when the channel is left, also for an error that comes a moment later.
        Mono<Void> listening =
                channel.messages(AT_ONCE).doOnNext(this::received).then(Mono.never());
        Mono<Void> standing = channel.state().switchMap(this::stateChanged).then();
        Mono<Void> connected =
                transporter.connect(channel).doOnNext(joined -> handle = joined).then(Mono.never());
        return Mono.firstWithSignal(listening, standing, connected, stopping.asMono());
    }

    private void received(PhoenixMessage message) {
        if (message.payload().isBinary()) {
            log.debug("The event {} is binary, and cannot be read", message.event());
        } else if (message.event().equals(HubCalls.RESPONSE) || message.event().equals(HubCalls.ERROR)) {
            calls.answered(message.event(), message.payload().json());
        } else {
            inbox.execute(
                    () -> requests.received(message.event(), message.payload().json()));
        }
    }

    // ---- As the channel comes and goes

    private Mono<Void> stateChanged(ChannelState state) {
        if (state instanceof Joined) {
            return register();
        }
        inbox.execute(() -> {
            Optional<Answer> refused =
                    state instanceof Errored lost && isTooLarge(lost.cause()) ? outbox.largestSent() : Optional.empty();
            outbox.offline();
            refused.ifPresent(requests::refusedAsTooLarge);
        });
        if (state instanceof Errored lost) {
            calls.lost(lost.cause());
        }
        return Mono.empty();
    }

    /** Pushed again, the answer that the hub has closed the connection for would close the next one too. */
    private static boolean isTooLarge(Throwable cause) {
        return cause instanceof ConnectionLostException lost && lost.code() == CloseStatus.MESSAGE_TOO_BIG;
    }

    /** A hub in debug mode knows of the plugin what it is told after each join. */
    private Mono<Void> register() {
        if (!isDebug()) {
            online();
            return Mono.empty();
        }
        return Mono.defer(() -> register(definition.get()))
                .retryWhen(Retry.backoff(Long.MAX_VALUE, Duration.ofSeconds(1))
                        .maxBackoff(Duration.ofSeconds(30))
                        .scheduler(settings.timer())
                        .filter(TimeLimitException.class::isInstance))
                // The channel is joined again, and the plugin registered again then.
                .onErrorResume(PluginRun::isLoss, lost -> Mono.never());
    }

    private static boolean isLoss(Throwable error) {
        return error instanceof SessionEndedException || error instanceof ChannelCrashedException;
    }

    private Mono<Void> register(PluginDefinition current) {
        transporter.frames().sent(channel.topic(), "register_plugin", current);
        return channel.push("register_plugin", current)
                .doOnNext(reply -> {
                    if (!reply.isOk()) {
                        throw new RegistrationRefusedException(
                                current.toString(), reply.response().json());
                    }
                    online();
                })
                .flatMap(reply -> written(current));
    }

    private void online() {
        log.info("Serving {}", channel.topic());
        inbox.execute(outbox::online);
    }

    private Mono<Void> written(PluginDefinition current) {
        DefinitionFile file = new DefinitionFile(settings.definitionFile());
        return file.write(current).onErrorResume(error -> {
            log.warn("{} could not be written", file, error);
            return Mono.empty();
        });
    }

    // ---- The end

    /**
     * Takes no more requests, lets those finish that run, and makes sure that their answers have arrived, all within the
     * limit; then leaves the channel, and {@link #serve} completes, before this does. Whoever asks for it again waits for the
     * same. Never fails.
     */
    Mono<Void> stop() {
        return stopped;
    }

    private Mono<Void> stopOnce() {
        return drained()
                .timeout(settings.shutdownTimeout(), Mono.fromRunnable(this::tooLate), settings.timer())
                .then(release())
                .then(Mono.fromRunnable(stopping::tryEmitEmpty));
    }

    private Mono<Void> drained() {
        return Mono.<Void>create(sink -> inbox.execute(() -> requests.close(sink::success)))
                .then(Mono.<Void>create(sink -> inbox.execute(() -> arrived(sink))));
    }

    private void arrived(MonoSink<Void> sink) {
        outbox.whenEmpty(sink::success);
    }

    private void tooLate() {
        log.warn("Not everything was done within {}: what still runs is cancelled", settings.shutdownTimeout());
    }

    /**
     * Cancels what runs, and leaves the channel; without one, {@link Transporter#connect} cleans up after itself. Idempotent;
     * never fails.
     */
    Mono<Void> release() {
        return Mono.defer(() -> {
            inbox.execute(() -> {
                requests.cancel();
                outbox.offline();
            });
            calls.lost(new RuntimeClientException("The plugin has stopped"));
            ChannelHandle joined = handle;
            return joined == null ? Mono.empty() : joined.dispose();
        });
    }
}
