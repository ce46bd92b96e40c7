package io.agentruntime.codebolt;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.error.RequestRefusedException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.testkit.codebolt.ReceivedMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Channels across reconnects. */
class RegisteredChannelsTest extends PluginScenario {

    private static final ChannelConfig SALES =
            ChannelConfig.of("Sales", "telegram", "agent-2", ThreadStrategy.PER_CONVERSATION);

    private static final Duration BACK = Duration.ofSeconds(40);

    @Test
    void areRegisteredAgainBeforeTheStateTurnsConnected() {
        CodeboltPlugin plugin = connected();
        await(plugin.gateway().registerChannel(SUPPORT));
        await(plugin.gateway().registerChannel(SALES));
        List<Integer> registeredAtConnected = new ArrayList<>();
        plugin.state()
                .filter(Connected.class::isInstance)
                .subscribe(state -> registeredAtConnected.add((int) plugin.gateway().channels().stream()
                        .filter(RegisteredChannel::registered)
                        .count()));
        second();

        for (int restart = 0; restart < 3; restart++) {
            server.faults().delayAnswers(Duration.ofMillis(300));
            await(server.restart(true, Duration.ofSeconds(1)), Duration.ofSeconds(2));
            pass(BACK);
        }

        assertThat(registeredAtConnected).containsExactly(2, 2, 2, 2);
        assertThat(server.received("gateway.registerChannel")).hasSize(8);
    }

    @Test
    void keepTheirHandleUnderANewIdAndHearRepliesForTheOldOnes() {
        CodeboltPlugin plugin = connected();
        RegisteredChannel support = await(plugin.gateway().registerChannel(SUPPORT));
        RegisteredChannel sales = await(plugin.gateway().registerChannel(SALES));
        Seen<GatewayReply> toSupport = watch(support.replies());
        Seen<GatewayReply> toSales = watch(sales.replies());

        server.faults().dropAllSockets();
        pass(BACK);
        server.faults().dropAllSockets();
        pass(BACK);

        assertThat(support.id()).isEqualTo("channel-5");
        assertThat(sales.id()).isEqualTo("channel-6");
        server.reply(to("channel-1", "a"), "to the first id");
        server.reply(to("channel-3", "a"), "to the second");
        server.reply(to("channel-5", "a"), "to the third");
        server.reply(to("channel-2", "a"), "for sales");
        server.reply(to("channel-99", "a"), "for nobody");
        second();
        assertThat(texts(toSupport)).containsExactly("to the first id", "to the second", "to the third");
        assertThat(texts(toSales)).containsExactly("for sales");
    }

    @Test
    void hearRepliesThatComeRightBehindTheirRegistration() {
        CodeboltPlugin plugin = connected();
        RegisteredChannel support = await(plugin.gateway().registerChannel(SUPPORT));
        Seen<GatewayReply> replies = watch(support.replies());
        Seen<ConnectionState> states = watch(plugin.state());
        server.receivedStream().skip(server.received().size()).subscribe(message -> {
            if (message.type().equals("gateway.registerChannel")) {
                server.reply(to("channel-2", "a"), "at once");
            }
        });

        server.faults().dropAllSockets();
        pass(BACK);

        assertThat(texts(replies)).containsExactly("at once");
        assertThat(states.last()).isInstanceOf(Connected.class);
    }

    @Test
    void oneThatIsRefusedThenHoldsUpNoOther() {
        CodeboltPlugin plugin = connected();
        Seen<RuntimeClientException> errors = errorsOf(plugin);
        RegisteredChannel support = await(plugin.gateway().registerChannel(SUPPORT));
        server.faults().refuse("gateway.registerChannel", "not now");

        server.faults().dropAllSockets();
        pass(BACK);
        assertThat(plugin.currentState()).isInstanceOf(Connected.class);
        assertThat(support.registered()).isFalse();
        assertThat(errors.values).singleElement().isInstanceOf(RequestRefusedException.class);

        server.faults().reset();
        server.faults().dropAllSockets();
        pass(BACK);
        assertThat(support.registered()).isTrue();
    }

    @Test
    void oneThatGetsNoAnswerThenIsWaitedForOnlySoLong() {
        CodeboltPlugin plugin = connected(options -> options.registerTimeout(Duration.ofSeconds(3)));
        Seen<RuntimeClientException> errors = errorsOf(plugin);
        await(plugin.gateway().registerChannel(SUPPORT));
        server.faults().withholdAnswers("gateway.registerChannel", true);

        server.faults().dropAllSockets();
        pass(BACK);

        assertThat(plugin.currentState()).isInstanceOf(Connected.class);
        assertThat(errors.values).singleElement().isInstanceOf(TimeLimitException.class);
    }

    @Test
    void aLossWhileTheyAreRegisteredAgainIsAFailedAttempt() {
        CodeboltPlugin plugin = connected();
        RegisteredChannel support = await(plugin.gateway().registerChannel(SUPPORT));
        Seen<ConnectionState> states = watch(plugin.state());
        server.faults().withholdAnswers("gateway.registerChannel", true);
        server.faults().dropAllSockets();
        pass(Duration.ofMillis(1_500));
        assertThat(server.received("gateway.registerChannel")).hasSize(2);

        // Whenever the next attempt comes, it is answered.
        server.faults().reset();
        server.faults().dropAllSockets();
        pass(Duration.ZERO);
        assertThat(names(states)).containsOnlyOnce("connected").endsWith("reconnecting");

        pass(BACK);
        assertThat(states.last()).isInstanceOf(Connected.class);
        assertThat(support.registered()).isTrue();
    }

    @Test
    void oneWhoseAnswerWasLostIsNotRegisteredAgain() {
        CodeboltPlugin plugin = connected();
        server.faults().withholdAnswers("gateway.registerChannel", true);
        Seen<RegisteredChannel> channel = watch(plugin.gateway().registerChannel(SUPPORT));
        second();
        server.faults().dropAllSockets();
        server.faults().reset();
        pass(BACK);

        assertThat(channel.error).isInstanceOf(SessionEndedException.class);
        assertThat(server.received("gateway.registerChannel")).hasSize(1);
    }

    @Test
    void oneThatIsUnregisteredWhileOfflineStaysSo() {
        CodeboltPlugin plugin = connected();
        RegisteredChannel support = await(plugin.gateway().registerChannel(SUPPORT));
        server.faults().dropAllSockets();
        pass(Duration.ZERO);

        await(plugin.gateway().unregisterChannel(support), BACK);
        await(plugin.gateway().unregisterChannel(support));

        assertThat(server.received("gateway.registerChannel")).hasSize(1);
        assertThat(server.received("gateway.unregisterChannel")).isEmpty();
    }

    @Test
    void oneThatIsUnregisteredWhileItIsRegisteredAgainIsTakenBack() {
        CodeboltPlugin plugin = connected();
        RegisteredChannel support = await(plugin.gateway().registerChannel(SUPPORT));
        server.faults().delayAnswers(Duration.ofSeconds(2));
        server.faults().dropAllSockets();
        pass(Duration.ofMillis(1_500));
        assertThat(server.received("gateway.registerChannel")).hasSize(2);

        await(plugin.gateway().unregisterChannel(support));
        pass(BACK);

        assertThat(plugin.gateway().channels()).isEmpty();
        List<ReceivedMessage> told = server.received("gateway.unregisterChannel");
        assertThat(told).hasSize(1);
        assertThat(told.get(0).json().path("data").path("channelId").asString()).isEqualTo("channel-2");
    }

    @Test
    void forgetTheirOldestIdsAtLast() {
        server(options -> options);
        CodeboltPlugin plugin = connected(options -> options.reconnect(
                r -> r.strategy(io.agentruntime.connection.DelayStrategy.table(List.of(Duration.ofMillis(1))))));
        RegisteredChannel support = await(plugin.gateway().registerChannel(SUPPORT));
        Seen<GatewayReply> replies = watch(support.replies());

        for (int i = 0; i < RegisteredChannel.IDS; i++) {
            server.faults().dropAllSockets();
            pass(Duration.ofMillis(10));
        }

        assertThat(support.id()).isEqualTo("channel-" + (RegisteredChannel.IDS + 1));
        server.reply(to("channel-1", "a"), "too old");
        server.reply(to("channel-2", "a"), "old");
        second();
        assertThat(texts(replies)).containsExactly("old");
    }

    @Test
    void aThousandRoutesOverTenRestartsEachHaveAResultOrATypedFailure() {
        CodeboltPlugin plugin = connected(options -> options.sendPatience(Duration.ofSeconds(1)));
        RegisteredChannel support = await(plugin.gateway().registerChannel(SUPPORT));
        Seen<ConnectionState> states = watch(plugin.state());
        Seen<GatewayReply> replies = watch(support.replies());
        server.faults().delayAnswers(Duration.ofMillis(30));
        List<Seen<RoutingResult>> routes = new ArrayList<>();

        for (int restart = 0; restart < 10; restart++) {
            for (int i = 0; i < 100; i++) {
                routes.add(watch(plugin.gateway().route(message("route " + restart + "/" + i))));
                pass(Duration.ofMillis(10));
                if (i == 50) {
                    Duration down = Duration.ofMillis(200L + 90L * restart);
                    server.restart(restart % 2 == 0, down).subscribe();
                }
            }
            pass(BACK);
        }
        pass(Duration.ofMinutes(1));

        assertThat(routes).hasSize(1_000).allMatch(route -> (route.error == null) == (route.values.size() == 1));
        assertThat(routes.stream().filter(route -> route.error != null))
                .isNotEmpty()
                .allMatch(route -> route.error instanceof SessionEndedException
                        || route.error instanceof io.agentruntime.error.NotConnectedException);
        assertThat(routes.stream().filter(route -> route.error == null).count()).isGreaterThan(500);
        assertThat(states.values.stream().filter(Connected.class::isInstance)).hasSize(11);
        assertThat(server.received("gateway.registerChannel")).hasSize(11);
        for (int id = 1; id <= 11; id++) {
            server.reply(to("channel-" + id, "a"), "id " + id);
        }
        second();
        assertThat(replies.values).hasSize(11);
    }
}
