package io.agentruntime.phoenix;

import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.ReadGate;
import io.agentruntime.stream.StreamKind;
import io.agentruntime.stream.SubscriberStats;
import java.util.ArrayList;
import java.util.List;

/** What belongs to the whole socket: every message, every error, and whoever holds reading. */
final class SocketHub {

    final HotStream<PhoenixMessage> messages;
    final HotStream<RuntimeClientException> errors = new HotStream<>("errors", null);
    final ReadGate gate;

    // What the streams of channels are counted with.
    final StreamKind channelMessages = new StreamKind("channel messages");
    final StreamKind deliveries = new StreamKind("channel deliveries");
    final StreamKind presence = new StreamKind("presence");

    SocketHub(SocketSettings settings) {
        this.gate = new ReadGate(settings.maxReadPause(), settings.timer());
        this.messages = new HotStream<>("messages", gate);
    }

    /** Something went wrong that no caller waits for. */
    void report(Throwable error) {
        errors.next(
                error instanceof RuntimeClientException known
                        ? known
                        : new RuntimeClientException("Code of the application has failed", error));
    }

    /** Every kind of stream that users read. */
    StreamKind[] kinds() {
        return new StreamKind[] {messages.kind(), channelMessages, deliveries, presence, errors.kind()};
    }

    List<SubscriberStats> stats() {
        List<SubscriberStats> all = new ArrayList<>(messages.stats());
        all.addAll(errors.stats());
        return all;
    }

    void complete() {
        messages.complete();
        errors.complete();
    }
}
