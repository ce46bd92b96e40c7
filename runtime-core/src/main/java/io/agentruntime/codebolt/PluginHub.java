package io.agentruntime.codebolt;

import io.agentruntime.connection.SerialExecutor;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.KeyedStreams;
import io.agentruntime.stream.ReadGate;
import io.agentruntime.stream.StreamKind;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.stream.SubscriberStats;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Everything that arrives, on its way to the subscribers. Belongs to the plugin; sessions come and go beneath it. */
final class PluginHub {

    /** By type. */
    final KeyedStreams<String, PluginMessage> messages;
    /** By the key of the channel's handle. */
    final KeyedStreams<String, GatewayReply> replies;
    /** By panel. */
    final KeyedStreams<String, PanelMessage> panels;

    final HotStream<ChannelMessage> channelMessages;
    final HotStream<RuntimeClientException> errors;

    private final HotStream<PluginStart> starts;
    private final SerialExecutor starting = new SerialExecutor();
    private volatile @Nullable PluginStart lastStart;

    PluginHub(ReadGate gate) {
        this.messages = new KeyedStreams<>("messages", gate);
        this.replies = new KeyedStreams<>("replies", gate);
        this.panels = new KeyedStreams<>("panel messages", gate);
        this.channelMessages = new HotStream<>("messages to channels", gate);
        this.starts = new HotStream<>("start messages", gate);
        this.errors = new HotStream<>("errors", null);
    }

    void started(PluginStart start) {
        starting.execute(() -> {
            lastStart = start;
            starts.next(start);
        });
    }

    /** The last start message, if there was one, then each that follows. */
    Flux<PluginStart> starts(StreamOptions options) {
        return starts.fluxAfter(() -> lastStart, starting, options);
    }

    /** Something went wrong that no caller waits for. */
    void report(Throwable error) {
        errors.next(
                error instanceof RuntimeClientException known
                        ? known
                        : new RuntimeClientException("Something failed in the background", error));
    }

    /** The connection is given up: whoever reads only messages must learn of it. */
    void fail(Throwable cause) {
        messages.fail(cause);
        replies.fail(cause);
        panels.fail(cause);
        channelMessages.fail(cause);
        starts.fail(cause);
    }

    /** The plugin is closed. */
    void complete() {
        messages.complete();
        replies.complete();
        panels.complete();
        channelMessages.complete();
        starts.complete();
        errors.complete();
    }

    /** Every kind of stream that users read. */
    StreamKind[] kinds() {
        return new StreamKind[] {
            messages.kind(), replies.kind(), panels.kind(), channelMessages.kind(), starts.kind(), errors.kind()
        };
    }

    List<SubscriberStats> stats() {
        List<SubscriberStats> all = new ArrayList<>(messages.stats());
        all.addAll(replies.stats());
        all.addAll(panels.stats());
        all.addAll(channelMessages.stats());
        all.addAll(starts.stats());
        all.addAll(errors.stats());
        return all;
    }

    /** Whether every subscriber has taken what was there for it. */
    boolean drained() {
        return stats().stream().allMatch(subscriber -> subscriber.buffered() == 0);
    }
}
