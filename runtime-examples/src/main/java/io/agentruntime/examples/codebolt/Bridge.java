package io.agentruntime.examples.codebolt;

import io.agentruntime.codebolt.Attachment;
import io.agentruntime.codebolt.ChannelConfig;
import io.agentruntime.codebolt.CodeboltPlugin;
import io.agentruntime.codebolt.GatewayMessage;
import io.agentruntime.codebolt.GatewayReply;
import io.agentruntime.codebolt.MessageChunker;
import io.agentruntime.codebolt.RegisteredChannel;
import io.agentruntime.codebolt.ReplyRouter;
import io.agentruntime.codebolt.RoutingResult;
import io.agentruntime.codebolt.ThreadStrategy;
import io.agentruntime.examples.quickstart.Screen;
import java.time.Duration;
import java.util.stream.Stream;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a channel plugin is made of: messages of the platform to agents, replies of agents to the platform. */
final class Bridge {

    private static final String SOURCE = "demo-chat-bot";

    private final CodeboltPlugin plugin;
    private final ChatPlatform platform;
    private final Screen screen;
    private final MessageChunker chunker = MessageChunker.of(ChatPlatform.LONGEST_POST);

    Bridge(CodeboltPlugin plugin, ChatPlatform platform, Screen screen) {
        this.plugin = plugin;
        this.platform = platform;
        this.screen = screen;
    }

    /** Connects and registers the channel. */
    Mono<RegisteredChannel> start(String agentId) {
        plugin.state().subscribe(state -> screen.state("plugin", state));
        plugin.errors().subscribe(error -> screen.line("plugin", "reports: " + error.getMessage()));
        ChannelConfig config = ChannelConfig.of("Demo chat", "demo-chat", agentId, ThreadStrategy.PER_CONVERSATION);
        return plugin.connect()
                .then(plugin.gateway().registerChannel(config))
                .doOnNext(channel -> screen.line("plugin", "has registered its channel as " + channel.id()));
    }

    /** Bridges both ways until the result is disposed. */
    Disposable run(RegisteredChannel channel) {
        Disposable outward = plugin.gateway()
                .onReply(ReplyRouter.builder(this::deliver)
                        .initialDelay(Duration.ofMillis(300))
                        .build());
        Disposable inward = platform.said()
                .groupBy(ChatPlatform.Said::chat)
                .flatMap(chat -> chat.concatMap(said -> route(said, channel)), Integer.MAX_VALUE)
                .subscribe();
        return Disposables.composite(outward, inward);
    }

    private Mono<RoutingResult> route(ChatPlatform.Said said, RegisteredChannel channel) {
        GatewayMessage message = GatewayMessage.builder(SOURCE, ThreadStrategy.PER_CONVERSATION, said.text())
                .externalThreadId(said.chat())
                .userId(said.user())
                .replyTo(channel.id(), said.chat())
                .build();
        return plugin.gateway()
                .route(message)
                .doOnNext(result -> screen.line("agent", "has it: " + result.action() + ", " + result.threadId()))
                .onErrorResume(error -> {
                    screen.line("plugin", "could not route it: " + error.getMessage());
                    return Mono.empty();
                });
    }

    /** A reply that failed in the middle is delivered from its beginning again: better twice than not at all. */
    private Mono<Void> deliver(GatewayReply reply) {
        Stream<String> parts = Stream.concat(
                chunker.split(reply.text()).stream(),
                reply.attachments().stream().map(Bridge::link));
        String chat = reply.address().orElse("lobby");
        return Flux.fromStream(parts)
                .concatMap(part -> platform.post(chat, part))
                .then();
    }

    private static String link(Attachment attachment) {
        return (attachment.isImage() ? "[picture] " : "[file] ") + attachment.url();
    }
}
