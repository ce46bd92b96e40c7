package io.agentruntime.spring;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.util.ClassUtils;

/** Tells a native image what Jackson reads and writes by reflection: the answers and bodies of Nookplot and Codebolt. */
final class JsonTypesHints implements RuntimeHintsRegistrar {

    /** Their parts are found from here. By name, for most of them are nobody else's business. */
    static final List<String> TYPES = Stream.of(
                    "nookplot.Channel",
                    "nookplot.ChannelHistory$MessageList",
                    "nookplot.ChannelMembership",
                    "nookplot.ChannelMessage",
                    "nookplot.Channels$ChannelList",
                    "nookplot.Channels$MemberList",
                    "nookplot.Channels$OnlineList",
                    "nookplot.GatewayStatus",
                    "nookplot.Inbox$MessageList",
                    "nookplot.Inbox$Unread",
                    "nookplot.NewChannel",
                    "nookplot.OutgoingMessage",
                    "nookplot.PreparedTransaction",
                    "nookplot.PresenceReader$Bare",
                    "nookplot.PresenceReader$Page",
                    "nookplot.RelayResult",
                    "nookplot.SentDirectMessage",
                    "nookplot.SentMessage",
                    "codebolt.ChannelMessage$Wire",
                    "codebolt.GatewayReply$Wire",
                    "codebolt.PluginAnswer$Envelope",
                    "codebolt.RoutingResult$Wire")
            .map("io.agentruntime."::concat)
            .toList();

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classes) {
        Class<?>[] types = TYPES.stream()
                .map(name -> ClassUtils.resolveClassName(name, classes))
                .toArray(Class<?>[]::new);
        new BindingReflectionHintsRegistrar().registerReflectionHints(hints.reflection(), types);
    }
}
