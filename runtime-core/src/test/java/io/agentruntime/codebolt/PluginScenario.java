package io.agentruntime.codebolt;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.codebolt.EmbeddedCodeboltServer;
import io.agentruntime.testkit.codebolt.EmbeddedCodeboltServerBuilder;
import io.agentruntime.testkit.codebolt.ReceivedMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A server in memory and plugins, all on one virtual clock. */
class PluginScenario {

    static final String PLUGIN_ID = "plugin/" + Secrets.MARKER + " & more";
    static final String TOKEN = "token=" + Secrets.MARKER + "/+?";

    static final ChannelConfig SUPPORT =
            ChannelConfig.of("Support", "telegram", "agent-1", ThreadStrategy.PER_CONVERSATION);

    final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    EmbeddedCodeboltServer server = server(options -> options);

    EmbeddedCodeboltServer server(UnaryOperator<EmbeddedCodeboltServerBuilder> options) {
        server = options.apply(EmbeddedCodeboltServer.builder().credentials(PLUGIN_ID, TOKEN))
                .inMemory(time);
        return server;
    }

    /** What a publisher has signalled so far. */
    static final class Seen<T> {
        final List<T> values = new ArrayList<>();

        @Nullable
        Throwable error;

        boolean completed;

        T last() {
            return values.get(values.size() - 1);
        }
    }

    CodeboltPlugin plugin(UnaryOperator<CodeboltPluginBuilder> options) {
        return options.apply(server.plugin()).build();
    }

    CodeboltPlugin plugin() {
        return plugin(options -> options);
    }

    /** A plugin that is connected. */
    CodeboltPlugin connected(UnaryOperator<CodeboltPluginBuilder> options) {
        CodeboltPlugin plugin = plugin(options);
        await(plugin.connect());
        return plugin;
    }

    CodeboltPlugin connected() {
        return connected(options -> options);
    }

    <T> Seen<T> watch(Flux<T> flux) {
        Seen<T> seen = new Seen<>();
        flux.subscribe(seen.values::add, error -> seen.error = error, () -> seen.completed = true);
        pass(Duration.ZERO);
        return seen;
    }

    <T> Seen<T> watch(Mono<T> mono) {
        return watch(mono.flux());
    }

    Seen<RuntimeClientException> errorsOf(CodeboltPlugin plugin) {
        return watch(plugin.errors());
    }

    /** Subscribes, lets a second pass, and gives the result. */
    <T> @Nullable T await(Mono<T> mono) {
        return await(mono, Duration.ofSeconds(1));
    }

    <T> @Nullable T await(Mono<T> mono, Duration patience) {
        AtomicReference<@Nullable T> value = new AtomicReference<>();
        AtomicReference<@Nullable Throwable> error = new AtomicReference<>();
        AtomicBoolean done = new AtomicBoolean();
        mono.subscribe(value::set, error::set, () -> done.set(true));
        pass(patience);
        if (error.get() instanceof RuntimeException thrown) {
            throw thrown;
        }
        assertThat(done).as("a result within " + patience).isTrue();
        return value.get();
    }

    /** The error that a publisher ends with within this time. */
    Throwable failure(Mono<?> mono, Duration patience) {
        Seen<?> seen = watch(mono.then());
        pass(patience);
        assertThat(seen.error).as("an error within " + patience).isNotNull();
        return seen.error;
    }

    Throwable failure(Mono<?> mono) {
        return failure(mono, Duration.ofSeconds(1));
    }

    void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    void second() {
        pass(Duration.ofSeconds(1));
    }

    /** The last message of a type that the server got. */
    ReceivedMessage received(String type) {
        List<ReceivedMessage> all = server.received(type);
        assertThat(all).as("messages of type " + type).isNotEmpty();
        return all.get(all.size() - 1);
    }

    static GatewayMessage message(String text) {
        return GatewayMessage.builder("bot-1", ThreadStrategy.PER_CONVERSATION, text)
                .externalThreadId("chat-1")
                .build();
    }

    static ReplyAddress to(String channelId, String conversation) {
        return new ReplyAddress(channelId, conversation, null);
    }

    static List<String> names(Seen<ConnectionState> states) {
        return states.values.stream().map(ConnectionState::name).toList();
    }

    static List<String> texts(Seen<GatewayReply> replies) {
        return replies.values.stream().map(GatewayReply::text).toList();
    }
}
