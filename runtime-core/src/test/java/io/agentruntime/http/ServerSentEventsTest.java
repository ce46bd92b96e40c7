package io.agentruntime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.FrameTooLargeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class ServerSentEventsTest {

    private static List<String> events(String body) {
        List<String> whole = decode(List.of(body.getBytes(StandardCharsets.UTF_8)));
        assertThat(decode(bytes(body))).as("cut at every byte").isEqualTo(whole);
        return whole;
    }

    private static List<byte[]> bytes(String body) {
        List<byte[]> pieces = new ArrayList<>();
        for (byte b : body.getBytes(StandardCharsets.UTF_8)) {
            pieces.add(new byte[] {b});
        }
        return pieces;
    }

    private static List<String> decode(List<byte[]> pieces) {
        return ServerSentEvents.decode(Flux.fromIterable(pieces), 1_000, "test.max")
                .map(event -> event.type() + "/" + event.lastEventId() + "/" + event.text())
                .collectList()
                .block();
    }

    @Test
    void anEventIsItsLinesOfDataUpToTheEmptyLine() {
        assertThat(events("data: one\n\ndata: two\ndata: lines\n\n"))
                .containsExactly("message//one", "message//two\nlines");
    }

    @Test
    void everyKindOfLineEndCounts() {
        assertThat(events("data: a\r\n\r\ndata: b\r\rdata: c\n\ndata: d\r\ndata: e\r\n\r\n"))
                .containsExactly("message//a", "message//b", "message//c", "message//d\ne");
    }

    @Test
    void onlyOneSpaceBehindTheColonIsLeftOut() {
        assertThat(events("data:a\n\ndata:  b\n\ndata: c: d\n\n"))
                .containsExactly("message//a", "message// b", "message//c: d");
    }

    @Test
    void aTypeHoldsForItsEventAndAnIdUntilTheNext() {
        assertThat(events("event: add\nid: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n"))
                .containsExactly("add/7/a", "message/7/b", "message//c");
    }

    @Test
    void anIdWithANulCharacterIsIgnored() {
        assertThat(events("id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n")).containsExactly("message/7/a", "message/7/b");
    }

    @Test
    void commentsUnknownFieldsAndEventsWithoutDataAreNoEvents() {
        assertThat(events(": ping\n\nevent: none\n\nretry: 10\nnobody: knows\ndata: a\n\n\n\n:\n\n"))
                .containsExactly("message//a");
    }

    @Test
    void emptyDataIsAnEvent() {
        assertThat(events("data\n\ndata:\n\ndata:\ndata\n\n")).containsExactly("message//", "message//", "message//\n");
    }

    @Test
    void charactersAreWholeAgainAfterAnyCut() {
        assertThat(events("\uFEFFdata: grün \uD83D\uDE00\n\nevent: é\ndata: \uFEFF\n\n"))
                .containsExactly("message//grün \uD83D\uDE00", "é//\uFEFF");
    }

    @Test
    void whatTheEndCutsOffIsNoEvent() {
        assertThat(events("data: a\n\ndata: b\n")).containsExactly("message//a");
    }

    @Test
    void anEventAboveTheLimitFailsAndNamesTheOption() {
        byte[] large = new byte[1_010];
        Arrays.fill(large, (byte) 'x');
        System.arraycopy("data: ".getBytes(StandardCharsets.UTF_8), 0, large, 0, 6);

        StepVerifier.create(ServerSentEvents.decode(Flux.just(large), 1_000, "test.max"))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(FrameTooLargeException.class)
                        .hasMessageContaining("test.max"))
                .verify();
    }

    @Test
    void cancellingCancelsTheBody() {
        TestPublisher<byte[]> body = TestPublisher.create();

        StepVerifier.create(ServerSentEvents.decode(body, 1_000, "test.max"))
                .then(() -> body.next("data: a\n\ndata: b\n\n".getBytes(StandardCharsets.UTF_8)))
                .assertNext(event -> assertThat(event.toString()).isEqualTo("ServerSentEvent[message, 1 bytes]"))
                .thenCancel()
                .verify();

        body.assertCancelled();
    }
}
