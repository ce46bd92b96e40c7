package io.agentruntime.examples.octavus;

import io.agentruntime.error.SessionEndedException;
import io.agentruntime.octavus.ChatChange;
import io.agentruntime.octavus.ChatMessage;
import io.agentruntime.octavus.ChatState;
import io.agentruntime.octavus.ChatStatus;
import io.agentruntime.octavus.OctavusChat;
import io.agentruntime.octavus.OctavusSocketTransport;
import io.agentruntime.octavus.StreamEvent;
import io.agentruntime.octavus.TransportState;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServer;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Mono;

/** What is said to the embedded server's agent over one socket, and what has to come of it. */
final class Conversation {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final OctavusSocketTransport transport;
    private final EmbeddedOctavusServer server;
    private final Terminal terminal;
    private final OctavusChat chat;

    Conversation(OctavusSocketTransport transport, EmbeddedOctavusServer server, Terminal terminal) {
        this.transport = transport;
        this.server = server;
        this.terminal = terminal;
        this.chat = OctavusChat.builder(transport)
                .clientTool("get-location", call -> Mono.just(Map.of("city", "Berlin")))
                .interactiveTool("confirm-booking")
                .build();
    }

    Mono<Void> play() {
        transport.connectionState().subscribe(terminal::state);
        transport.sessionResets().subscribe(reset -> terminal.line("socket", "the server has lost the conversation"));
        chat.changes().subscribe(terminal::change);
        return transport
                .connect()
                .then(ask("Hello", "You said: Hello"))
                .then(ask("What is the weather?", "It is 21 degrees in Berlin."))
                .then(ask("Where am I?", "The tool says: {\"city\":\"Berlin\"}"))
                .then(book())
                .then(stop())
                .then(customEvents())
                .then(loss())
                .then(ask("Hello again", "You said: Hello again"))
                .timeout(LIMIT)
                .then(chat.close());
    }

    private Mono<Void> ask(String text, String expected) {
        return chat.say(text).doOnNext(state -> check(expected, answer(state))).then();
    }

    private static String answer(ChatState state) {
        ChatMessage last = state.messages().get(state.messages().size() - 1);
        return last.text();
    }

    private static void check(String expected, String actual) {
        if (!actual.equals(expected)) {
            throw new IllegalStateException("The agent said \"" + actual + "\" instead of \"" + expected + "\"");
        }
    }

    /** The agent asks; the user says yes. */
    private Mono<Void> book() {
        Mono<Void> yes = chat.states()
                .filter(state -> state.status() == ChatStatus.AWAITING_INPUT)
                .next()
                .flatMap(state -> chat.submit(state.pendingTools().get(0).toolCallId(), "yes"));
        return chat.say("Book it")
                .mergeWith(yes.then(Mono.empty()))
                .last()
                .doOnNext(state -> check("Please confirm.The tool says: \"yes\"", answer(state)))
                .then();
    }

    private Mono<Void> whenTalking() {
        return chat.changes()
                .ofType(ChatChange.TextAppended.class)
                .skip(5)
                .next()
                .then();
    }

    private Mono<Void> stop() {
        return chat.say("Count")
                .mergeWith(whenTalking().then(chat.stop()).then(Mono.empty()))
                .last()
                .doOnNext(state -> {
                    if (state.status() != ChatStatus.IDLE || answer(state).contains("1000")) {
                        throw new IllegalStateException("The agent was not stopped");
                    }
                })
                .then();
    }

    private Mono<Void> customEvents() {
        return transport
                .customEvents()
                .next()
                .doOnSubscribe(subscribed -> server.push("typing-indicator", Map.of("isTyping", true)))
                .doOnNext(event -> terminal.line(
                        "event", event.type() + " " + event.payload().text()))
                .map(StreamEvent.Custom::type)
                .doOnNext(type -> check("typing-indicator", type))
                .then();
    }

    /** The socket breaks while the agent talks: the turn ends with an error, and the socket comes back. */
    private Mono<Void> loss() {
        return chat.say("Count")
                .mergeWith(whenTalking()
                        .then(Mono.<ChatState>fromRunnable(() -> server.faults().dropAllSockets())))
                .then(Mono.error(() -> new IllegalStateException("The loss was not noticed")))
                .onErrorResume(SessionEndedException.class, lost -> {
                    terminal.line("chat", String.valueOf(lost.getMessage()));
                    return Mono.empty();
                })
                .then(transport
                        .connectionState()
                        .filter(state -> state.status() == TransportState.Status.CONNECTED)
                        .next())
                .then();
    }
}
