package io.agentruntime.examples.docs;

import io.agentruntime.net.NetOptions;
import io.agentruntime.octavus.AgentErrorException;
import io.agentruntime.octavus.ChatState;
import io.agentruntime.octavus.OctavusChat;
import io.agentruntime.octavus.OctavusHttpTransport;
import io.agentruntime.octavus.OctavusSocketTransport;
import io.agentruntime.octavus.OctavusTransport;
import io.agentruntime.octavus.OctavusUploads;
import io.agentruntime.octavus.PendingToolCall;
import io.agentruntime.octavus.StreamEvent;
import io.agentruntime.octavus.UploadFile;
import io.agentruntime.octavus.UploadProgress;
import io.agentruntime.octavus.UserMessage;
import io.agentruntime.spring.RuntimeResources;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServer;
import io.agentruntime.testkit.octavus.Say;
import io.agentruntime.transport.WebSocketOptions;
import io.agentruntime.transport.sockjs.SockJsConnector;
import io.agentruntime.transport.sockjs.SockJsOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The code of the page on Octavus, and of that on Spring what belongs to it, compiled. {@link DocumentsTest} compares. */
final class OctavusSnippets {

    private OctavusSnippets() {}

    interface Sessions {
        Mono<String> create();
    }

    static void chat() {
        OctavusSocketTransport transport =
                OctavusTransport.socket("wss://example.com/octavus").build();
        OctavusChat chat = OctavusChat.builder(transport)
                .clientTool("get-location", call -> Mono.just(Map.of("city", "Berlin")))
                .interactiveTool("confirm-booking")
                .build();
        chat.states().subscribe(state -> draw(state));
        chat.say("Hello").subscribe();
    }

    static void sessions(Sessions sessions) {
        OctavusSocketTransport named = OctavusTransport.socket("wss://example.com/octavus")
                .sessionId(sessions.create()) // a Mono<String>
                .build();
        named.useSession("another").subscribe(); // ends the turn that runs, and takes a socket of the new session
    }

    static void turn(OctavusTransport transport) {
        transport.trigger("user-message", Map.of("USER_MESSAGE", "Hello")).subscribe(event -> {
            if (event instanceof StreamEvent.TextDelta delta) {
                print(delta.delta());
            } else if (event instanceof StreamEvent.ClientToolRequest request) {
                remember(request.executionId(), request.toolCalls());
            }
        });
    }

    static OctavusTransport sockJs() {
        OctavusSocketTransport overSockJs = OctavusTransport.socket("https://example.com/octavus")
                .connector(SockJsConnector.of(
                        NetOptions.defaults(), SockJsOptions.defaults(), WebSocketOptions.defaults()))
                .build();
        return overSockJs;
    }

    static OctavusTransport http(String token) {
        OctavusHttpTransport http = OctavusTransport.http("https://example.com/api/agent")
                .sessionId("...")
                .header("authorization", "Bearer " + token)
                .build();
        return http;
    }

    static void retry(OctavusChat chat) {
        chat.say("Hello")
                .onErrorResume(
                        AgentErrorException.class,
                        error -> error.isRetryable()
                                ? Mono.delay(error.retryAfter().orElse(Duration.ZERO))
                                        .then(chat.retry())
                                : Mono.error(error))
                .subscribe();
    }

    static void files(OctavusChat chat, String sessionId, Path path) {
        OctavusUploads uploads =
                OctavusUploads.builder("https://example.com/api/upload-urls").build();
        uploads.upload(sessionId, List.of(UploadFile.of(path, "image/png")))
                .doOnNext(progress -> show(progress.percent()))
                .mapNotNull(UploadProgress::uploaded)
                .collectList()
                .flatMap(files -> chat.send(
                        "user-message",
                        Map.of("USER_MESSAGE", "Look at this", "FILES", files),
                        UserMessage.text("Look at this").withFiles(files)))
                .subscribe();
    }

    static EmbeddedOctavusServer server() {
        EmbeddedOctavusServer server = EmbeddedOctavusServer.builder()
                .agent(turn -> Flux.just(Say.start(turn), Say.delta("t", "Hello"), Say.finish(turn, "stop")))
                .start()
                .block();
        return server;
    }

    private static void draw(ChatState state) {}

    private static void print(String text) {}

    private static void show(int percent) {}

    private static void remember(String executionId, List<PendingToolCall> calls) {}

    static final class OverHttp {

        @Bean
        OctavusTransport octavusTransport(RuntimeResources resources) {
            return OctavusTransport.http("https://example.com/api/agent")
                    .sessionId("...")
                    .net(resources::net)
                    .telemetry(resources.telemetry("default"))
                    .build();
        }
    }
}
