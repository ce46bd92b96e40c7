package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.stream.Delivery;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Pages of the inbox that are not as they should be. */
class InboxPageTest extends InMemoryScenario {

    private static final String LONG = "abcdefghij".repeat(50);

    private static String row(String id, String text) {
        return "{\"id\":\"" + id + "\",\"from\":\"0x1\",\"content\":\"" + text + "\"}";
    }

    @Test
    void aMessageThatAPageHasTwiceComesOnceAsItStandsFirst() {
        NookplotRuntime runtime = connected();
        Seen<InboxMessage> inbox = watch(runtime.inbox().messages());
        String id = gateway.direct(bob, alice, LONG);
        gateway.faults()
                .malformedHttp(
                        "GET /v1/inbox", 1, "{\"messages\":[" + row(id, "first") + "," + row(id, "second") + "]}");
        pass(Duration.ofSeconds(20));

        assertThat(inbox.values).extracting(InboxMessage::content).containsExactly("first");
    }

    @Test
    void aMissedMessageWithoutADateIsDeliveredAllTheSame() {
        NookplotRuntime runtime = connected();
        pass(Duration.ofSeconds(20));
        Seen<InboxMessage> inbox = new Seen<>();
        runtime.inbox().refilled().subscribe(delivery -> {
            if (delivery instanceof Delivery.Message<InboxMessage> message) {
                inbox.values.add(message.payload());
            }
        });
        gateway.faults().malformedHttp("GET /v1/inbox", 1, "{\"messages\":[" + row("dateless", "missed") + "]}");
        gateway.faults().dropAllSockets();
        pass(Duration.ofMinutes(1));

        assertThat(inbox.values).extracting(InboxMessage::content).containsExactly("missed");
    }
}
