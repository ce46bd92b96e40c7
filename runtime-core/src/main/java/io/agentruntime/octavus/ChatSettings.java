package io.agentruntime.octavus;

import io.agentruntime.json.JsonCodec;
import io.agentruntime.stream.StreamOptions;
import java.util.function.Supplier;
import reactor.core.scheduler.Scheduler;

/** What {@link OctavusChatBuilder} has checked. */
record ChatSettings(
        OctavusTransport transport,
        ClientTools tools,
        ChatState initial,
        StreamOptions streams,
        Supplier<String> ids,
        Scheduler timer,
        JsonCodec json) {}
