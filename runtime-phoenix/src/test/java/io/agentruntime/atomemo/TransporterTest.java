package io.agentruntime.atomemo;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.phoenix.JoinRefusedException;
import io.agentruntime.phoenix.PhoenixMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A transporter on its own, as one can be used without a plugin. */
class TransporterTest extends PluginScenario {

    private static final String TOPIC = "debug_plugin:my-plugin";

    private final List<String> told = new ArrayList<>();

    private Transporter transporter(UnaryOperator<TransporterBuilder> options) {
        return options.apply(inMemory(Transporter.builder(AtomemoEnvironment.of(hub.variables()))
                        .timer(time)))
                .build();
    }

    private Transporter telling() {
        return transporter(t -> t.onOpen(() -> told.add("open"))
                .onClose(status -> told.add("close " + status.code()))
                .onError(
                        error -> told.add("error on " + error.transport() + " after " + error.establishedConnections()))
                .onMessage(message -> told.add(message.event())));
    }

    @Test
    void itJoinsAChannelAtTheAddressOfTheEnvironment() {
        Transporter transporter = telling();
        ChannelHandle handle = watch(transporter.connect(TOPIC)).value();

        assertThat(handle.channel().currentState().name()).isEqualTo("joined");
        assertThat(told).containsExactly("open", "phx_reply");
        hub.deliver("hello", Map.of());
        pass(100);
        assertThat(told).containsExactly("open", "phx_reply", "hello");
    }

    @Test
    void disposingLeavesTheChannelAndDisconnects() {
        Transporter transporter = telling();
        ChannelHandle handle = watch(transporter.connect(TOPIC)).value();
        assertThat(watch(handle.dispose()).completed).isTrue();
        assertThat(watch(handle.dispose()).completed).isTrue();

        assertThat(hub.server().messages("phx_leave")).hasSize(1);
        assertThat(hub.server().sockets()).isZero();
        assertThat(told).contains("close 1000");
        assertThat(watch(transporter.connect(TOPIC))
                        .value()
                        .channel()
                        .currentState()
                        .name())
                .isEqualTo("joined");
    }

    @Test
    void theSocketStaysForAnotherChannel() {
        Transporter transporter = telling();
        ChannelHandle one = watch(transporter.connect(TOPIC)).value();
        ChannelHandle other = watch(transporter.connect("debug_plugin:other")).value();
        watch(one.dispose());

        assertThat(hub.server().sockets()).isEqualTo(1);
        watch(other.dispose());
        assertThat(hub.server().sockets()).isZero();
    }

    @Test
    void aBrokenConnectionIsAnErrorAndAClose() {
        Transporter transporter = telling();
        List<CloseStatus> closes = new ArrayList<>();
        List<TransportError> errors = new ArrayList<>();
        List<PhoenixMessage> messages = new ArrayList<>();
        transporter.closes().subscribe(closes::add);
        watch(transporter.connect(TOPIC));
        transporter.errors().subscribe(errors::add);
        transporter.messages().subscribe(messages::add);
        drop();

        assertThat(told).contains("close 1006", "error on websocket after 1");
        assertThat(told).filteredOn("open"::equals).hasSize(2);
        assertThat(closes).extracting(CloseStatus::code).containsExactly(1006);
        assertThat(errors).extracting(TransportError::establishedConnections).containsExactly(1);
        assertThat(messages).isNotEmpty();
    }

    @Test
    void aHubThatIsNotThereIsAnErrorBeforeTheFirstConnection() {
        hub.server().faults().refuseUpgrades(503, 1);
        Seen<ChannelHandle> connect = watch(telling().connect(TOPIC));

        assertThat(connect.error).isInstanceOf(HubRefusedException.class).hasMessageContaining("503");
        assertThat(told).containsExactly("error on websocket after 0");
    }

    @Test
    void aJoinThatIsRefusedLeavesNothingOpen() {
        Seen<ChannelHandle> connect = watch(telling().connect("room:lobby"));

        assertThat(connect.error).isInstanceOf(JoinRefusedException.class);
        assertThat(hub.server().sockets()).isZero();
    }

    @Test
    void aJoinThatIsNotAnsweredFailsInTime() {
        hub.server().faults().stallJoins("*", 1);
        Seen<ChannelHandle> connect = watch(telling().connect(TOPIC));
        assertThat(connect.pending()).isTrue();
        passSeconds(60);

        assertThat(connect.error).isInstanceOf(TimeLimitException.class);
        assertThat(hub.server().sockets()).isZero();
    }

    @Test
    void aHubThatAnswersNoHeartbeatIsReplaced() {
        watch(telling().connect(TOPIC));
        hub.server().faults().stopAnsweringHeartbeats(true);
        passSeconds(90);
        hub.server().faults().stopAnsweringHeartbeats(false);
        passSeconds(30);

        assertThat(told).filteredOn("open"::equals).hasSizeGreaterThan(1);
        assertThat(told).anyMatch(line -> line.startsWith("close 1"));
        assertThat(hub.server().sockets()).isEqualTo(1);
    }

    @Test
    void aListenerThatThrowsHearsOfTheNextEventAllTheSame() {
        Transporter transporter = transporter(t -> t.onMessage(message -> {
            told.add(message.event());
            throw new IllegalStateException("listener");
        }));
        watch(transporter.connect(TOPIC));
        hub.deliver("hello", Map.of());
        pass(100);

        assertThat(told).containsExactly("phx_reply", "hello");
    }

    @Test
    void heartbeatsGoOutAsOftenAsIsSaid() {
        watch(transporter(t -> t.heartbeatInterval(Duration.ofSeconds(40)).onMessage(m -> told.add(m.event())))
                .connect(TOPIC));
        passSeconds(39);
        assertThat(told).containsExactly("phx_reply");
        passSeconds(2);
        assertThat(told).containsExactly("phx_reply", "phx_reply");
    }

    @Test
    void closingCompletesItsStreams() {
        Transporter transporter = telling();
        watch(transporter.connect(TOPIC));
        Seen<TransportError> errors = watch(transporter.errors().next());
        assertThat(watch(transporter.close()).completed).isTrue();

        assertThat(errors.completed).isTrue();
        assertThat(hub.server().sockets()).isZero();
    }
}
