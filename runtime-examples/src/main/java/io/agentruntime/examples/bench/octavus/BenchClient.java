package io.agentruntime.examples.bench.octavus;

import com.sun.management.OperatingSystemMXBean;
import io.agentruntime.examples.bench.Parent;
import io.agentruntime.examples.bench.Report;
import io.agentruntime.octavus.ChatMessage;
import io.agentruntime.octavus.ChatState;
import io.agentruntime.octavus.MessagePart;
import io.agentruntime.octavus.OctavusChat;
import io.agentruntime.octavus.OctavusSocketTransport;
import io.agentruntime.octavus.OctavusTransport;
import io.agentruntime.stream.StreamOptions;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/** Our chat, in a process of its own: one turn for each number of earlier messages given, the CPU time of each reported. */
final class BenchClient {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** On one thread, as the other client is: nobody here blocks. */
    private static final StreamOptions AT_ONCE = StreamOptions.defaults().withDeliverOn(Schedulers.immediate());

    private BenchClient() {}

    public static void main(String[] args) {
        Parent.endWithIt();
        OctavusSocketTransport transport =
                OctavusTransport.socket(args[0]).streams(AT_ONCE).build();
        for (int i = 1; i < args.length; i++) {
            turn(transport, Integer.parseInt(args[i]));
        }
        transport.close().block(LIMIT);
    }

    private static void turn(OctavusSocketTransport transport, int history) {
        OctavusChat chat = OctavusChat.builder(transport)
                .messages(messages(history))
                .streams(AT_ONCE)
                .build();
        // Somebody who looks at every snapshot that comes, as a user interface does.
        Disposable looking = chat.states().subscribe(ChatState::status);
        System.gc();
        long start = cpuNanos();
        ChatState state = chat.say("go").blockOptional(LIMIT).orElseThrow();
        long spent = cpuNanos() - start;
        looking.dispose();
        Report.of("turn")
                .with("history", history)
                .with("nanos", spent)
                .with("characters", state.messages().get(history + 1).text().length())
                .send();
        chat.close().block(LIMIT);
    }

    private static List<ChatMessage> messages(int count) {
        List<ChatMessage> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(new ChatMessage(
                    "m" + i,
                    i % 2 == 0 ? ChatMessage.Role.USER : ChatMessage.Role.ASSISTANT,
                    List.of(MessagePart.Text.of("message " + i)),
                    ChatMessage.Status.DONE,
                    Instant.EPOCH,
                    null));
        }
        return messages;
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
