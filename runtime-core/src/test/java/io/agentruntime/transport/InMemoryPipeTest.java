package io.agentruntime.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.SessionEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

class InMemoryPipeTest extends PipeContract {

    private Scheduler scheduler;
    private VirtualTimeScheduler time;

    @BeforeEach
    void start() {
        scheduler = Schedulers.newSingle("in-memory");
        time = VirtualTimeScheduler.create();
    }

    @AfterEach
    void stop() {
        cut();
        scheduler.dispose();
        time.dispose();
    }

    @Override
    Link open(WebSocketOptions options, PipeListener atClient, PipeListener atServer) {
        InMemoryPipe.Pair pair = InMemoryPipe.pair(scheduler, options, "");
        pair.client().attach(atClient);
        pair.server().attach(atServer);
        return new Link(pair.client(), pair.server());
    }

    private InMemoryPipe.Pair virtual() {
        InMemoryPipe.Pair pair = InMemoryPipe.pair(time);
        pair.client().attach(atClient);
        pair.server().attach(atServer);
        return pair;
    }

    @Test
    void nothingIsDeliveredBeforeTheListenerIsThere() {
        InMemoryPipe.Pair pair = InMemoryPipe.pair(time);
        pair.client().send(OutboundMessage.text("early")).subscribe();
        pair.client().close(1000, "", Duration.ofSeconds(1)).subscribe();

        pair.server().attach(atServer);

        assertThat(atServer.received).containsExactly("text:early");
        assertThat(pair.server().ended().block()).isEqualTo(SessionEnd.remote(1000, ""));
    }

    @Test
    void onAHalfOpenLinkClosingTakesItsWholeLimit() {
        InMemoryPipe.Pair pair = virtual();
        pair.client().loseOutbound(true);
        pair.server().loseOutbound(true);
        List<SessionEnd> ends = new ArrayList<>();
        pair.client().ended().subscribe(ends::add);
        List<SessionEnd> serverEnds = new ArrayList<>();
        pair.server().ended().subscribe(serverEnds::add);

        pair.client().close(1000, "bye", Duration.ofSeconds(5)).subscribe();
        time.advanceTimeBy(Duration.ofMillis(4999));
        assertThat(ends).isEmpty();
        time.advanceTimeBy(Duration.ofMillis(1));

        assertThat(ends).containsExactly(SessionEnd.local(1000, "bye"));
        assertThat(serverEnds).isEmpty();
    }

    @Test
    void onAHalfOpenLinkMessagesVanishSilently() {
        InMemoryPipe.Pair pair = virtual();
        pair.server().loseOutbound(true);

        pair.server().send(OutboundMessage.text("lost")).block();
        pair.client().ping();

        assertThat(atServer.pongs).hasValue(1);
        assertThat(atClient.pongs).hasValue(0);
        assertThat(atClient.received).isEmpty();
    }

    @Test
    void anEndCanStopAnsweringPings() {
        InMemoryPipe.Pair pair = virtual();
        pair.server().answerPings(false);

        pair.client().ping();
        assertThat(atClient.pongs).hasValue(0);

        pair.server().answerPings(true);
        pair.client().ping();
        assertThat(atClient.pongs).hasValue(1);
    }
}
