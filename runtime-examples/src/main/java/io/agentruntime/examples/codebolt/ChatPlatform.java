package io.agentruntime.examples.codebolt;

import io.agentruntime.examples.quickstart.Screen;
import java.util.HashSet;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A small chat platform: users write, the bot posts. It takes posts of at most {@value #LONGEST_POST} characters and, like
 * the real ones, is too busy now and then.
 */
final class ChatPlatform {

    static final int LONGEST_POST = 600;

    /** What a user wrote. */
    record Said(String chat, String user, String text) {}

    /** What the bot posted. */
    record Post(String chat, String text) {}

    private final Sinks.Many<Said> said = Sinks.many().unicast().onBackpressureBuffer();
    private final Sinks.Many<Post> posts = Sinks.many().replay().all();
    private final Set<String> busyOnce = new HashSet<>();
    private final Screen screen;

    ChatPlatform(Screen screen) {
        this.screen = screen;
    }

    /** A user writes something in a chat. */
    synchronized void say(String user, String chat, String text) {
        screen.line(user, "says in " + chat + ": " + Screen.quoted(text));
        said.emitNext(new Said(chat, user, text), Sinks.EmitFailureHandler.FAIL_FAST);
    }

    /** What users write, for the one bot. */
    Flux<Said> said() {
        return said.asFlux();
    }

    /** The next post to this chat fails. */
    synchronized void beBusyOnce(String chat) {
        busyOnce.add(chat);
    }

    /** The bot posts. */
    Mono<Void> post(String chat, String text) {
        return Mono.fromRunnable(() -> accept(chat, text));
    }

    private synchronized void accept(String chat, String text) {
        if (busyOnce.remove(chat)) {
            screen.line("platform", "is too busy for a post to " + chat);
            throw new IllegalStateException("The platform is busy");
        }
        if (text.isBlank() || text.length() > LONGEST_POST) {
            throw new IllegalArgumentException("A post of " + text.length() + " characters is refused");
        }
        screen.line(chat, "shows " + text.length() + " characters: " + Screen.quoted(text));
        posts.emitNext(new Post(chat, text), Sinks.EmitFailureHandler.FAIL_FAST);
    }

    /** The posts of a chat from the beginning. */
    Flux<String> posts(String chat) {
        return posts.asFlux().filter(post -> post.chat().equals(chat)).map(Post::text);
    }
}
