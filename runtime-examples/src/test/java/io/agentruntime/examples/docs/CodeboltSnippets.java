package io.agentruntime.examples.docs;

import io.agentruntime.codebolt.ChannelConfig;
import io.agentruntime.codebolt.CodeboltPlugin;
import io.agentruntime.codebolt.GatewayMessage;
import io.agentruntime.codebolt.MessageChunker;
import io.agentruntime.codebolt.RegisteredChannel;
import io.agentruntime.codebolt.ReplyAddress;
import io.agentruntime.codebolt.ReplyRouter;
import io.agentruntime.codebolt.ThreadStrategy;
import io.agentruntime.runner.PluginRunner;
import io.agentruntime.testkit.codebolt.EmbeddedCodeboltServer;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The code of the page on Codebolt, compiled. {@link DocumentsTest} compares. */
final class CodeboltSnippets {

    private CodeboltSnippets() {}

    interface Platform {
        Mono<Void> post(String chat, String text);

        Flux<GatewayMessage> messages();
    }

    static void bridge(Platform platform) {
        CodeboltPlugin plugin = CodeboltPlugin.builder().fromEnvironment().build();
        MessageChunker chunker = MessageChunker.telegram();

        plugin.gateway()
                .onReply(ReplyRouter.builder(reply -> Flux.fromIterable(chunker.split(reply.text()))
                                .concatMap(
                                        chunk -> platform.post(reply.address().orElseThrow(), chunk))
                                .then())
                        .build());

        PluginRunner.builder()
                .start(plugin.connect()
                        .then(plugin.gateway()
                                .registerChannel(ChannelConfig.of(
                                        "Support", "telegram", "agent-1", ThreadStrategy.PER_CONVERSATION)))
                        .doOnNext(channel -> platform.messages()
                                .flatMap(message -> plugin.gateway().route(message))
                                .subscribe()))
                .stop(plugin.drain(Duration.ofSeconds(2)).then(plugin.close()))
                .endProcess(true)
                .build()
                .run();
    }

    static void routing(CodeboltPlugin plugin, RegisteredChannel channel, String text, String chatId, String userId) {
        GatewayMessage message = GatewayMessage.builder("telegram-bot-1", ThreadStrategy.PER_CONVERSATION, text)
                .externalThreadId(chatId)
                .userId(userId)
                .replyTo(channel.id(), chatId)
                .build();

        plugin.gateway()
                .route(message)
                .subscribe(result -> System.out.println(result.action() + " " + result.threadId()));
    }

    static void chunks(String answer, Flux<String> parts) {
        List<String> posts = MessageChunker.discord().split(answer);

        Flux<String> whileItIsWritten = MessageChunker.of(1_000)
                .counting(MessageChunker.Counting.CODE_POINTS)
                .split(parts);
    }

    static void testing(VirtualTimeScheduler time) {
        EmbeddedCodeboltServer server = EmbeddedCodeboltServer.inMemory(time);
        CodeboltPlugin plugin = server.plugin().build();
        server.onRoute(asked -> server.reply(
                new ReplyAddress("channel-1", "chat-1", null),
                "You said " + asked.path("text").asString()));
    }
}
