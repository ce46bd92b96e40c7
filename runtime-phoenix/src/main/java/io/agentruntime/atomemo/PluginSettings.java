package io.agentruntime.atomemo;

import io.agentruntime.http.HttpExchange;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * What {@link AtomemoPluginBuilder} has checked.
 *
 * @param author the author, where one was given
 * @param releaseHttp frees the connections for {@code http} and {@code files} that belong to this plugin
 */
record PluginSettings(
        AtomemoEnvironment environment,
        @Nullable Author author,
        Path definitionFile,
        Path configFile,
        int maxRunning,
        int maxQueued,
        long maxQueuedBytes,
        int maxAnswers,
        long maxAnswerBytes,
        int maxAnswerSize,
        Duration requestTimeout,
        Duration hubCallTimeout,
        Duration shutdownTimeout,
        HttpExchange http,
        FileTransfers files,
        Mono<Void> releaseHttp,
        Scheduler timer) {}
