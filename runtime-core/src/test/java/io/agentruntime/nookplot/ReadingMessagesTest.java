package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.stream.Delivery;
import io.agentruntime.testkit.GatewayChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Messages are read where they are wanted, and as far as they are. */
class ReadingMessagesTest extends InMemoryScenario {

    private final GatewayChannel lobby = gateway.channel("lobby", alice, bob);

    private void push(String frame) {
        gateway.faults().sendText(frame);
        pass(Duration.ofSeconds(1));
    }

    private String message(String rest) {
        return "{\"type\":\"channel.message\",\"timestamp\":\"1970-01-01T00:00:01Z\",\"data\":{\"channelId\":\""
                + lobby.id() + "\"," + rest;
    }

    @Test
    void whatCannotBeReadIsReportedOnceHoweverManyWantIt() {
        NookplotRuntime runtime = connected();
        Seen<RuntimeClientException> errors = watch(runtime.errors());
        Seen<ChannelMessage> one = watch(runtime.channels().messages(lobby.id()));
        Seen<ChannelMessage> two = watch(runtime.channels().messages());
        Seen<Delivery<ChannelMessage>> three = watch(runtime.channels().deliveries(lobby.id()));
        Seen<Delivery<ChannelMessage>> four = watch(runtime.channels().refilled(lobby.id()));
        push(message("\"messageId\":\"m1\",\"from\":\"0x1\",\"content\":\"cut o"));
        push(message("\"messageId\":\"m2\",\"from\":\"0x1\",\"content\":7.5}}"));
        push(message("\"messageId\":\"m3\",\"from\":\"0x1\",\"content\":\"good\"}}"));

        assertThat(errors.values).hasSize(2).allMatch(DecodeException.class::isInstance);
        assertThat(one.values).extracting(ChannelMessage::content).containsExactly("good");
        assertThat(two.values).isEqualTo(one.values);
        assertThat(three.values).containsExactly(new Delivery.Message<>(one.last()));
        assertThat(four.values).isEqualTo(three.values);
    }

    @Test
    void readersOfOneMessageGetTheSameObject() {
        NookplotRuntime runtime = connected();
        Seen<ChannelMessage> one = watch(runtime.channels().messages(lobby.id()));
        Seen<ChannelMessage> two = watch(runtime.channels().messages());
        push(message("\"messageId\":\"m1\",\"from\":\"0x1\",\"content\":\"hello\"}}"));

        assertThat(one.last()).isSameAs(two.last());
    }

    @Test
    void messagesThatAreSpelledOtherwiseAreReadAllTheSame() {
        NookplotRuntime runtime = connected();
        Seen<RuntimeClientException> errors = watch(runtime.errors());
        Seen<ChannelMessage> seen = watch(runtime.channels().messages(lobby.id()));
        String data = "\"messageId\":\"m1\",\"from\":\"0x1\",\"content\":\"hello\"";
        push("{ \"data\" : {" + data + ",\"channelId\":\"" + lobby.id() + "\"}, \"type\":\"channel.mess\\u0061ge\"}");
        push("{\"type\":\"channel.message\",\"data\":{" + data + ",\"channelId\":\"" + lobby.id() + "\"}}");
        push("{\"type\":\"channel.message\",\"data\":{},\"data\":{" + data + ",\"channelId\":\"" + lobby.id() + "\"}}");

        assertThat(seen.values).hasSize(3).allMatch(seen.values.get(0)::equals);
        assertThat(errors.values).isEmpty();
    }

    @Test
    void messagesThatNobodyWantsAreNotLookedAt() {
        NookplotRuntime runtime = connected();
        Seen<RuntimeClientException> errors = watch(runtime.errors());
        Seen<GatewayEvent> others = watch(runtime.events().type("bounty.new"));
        push(message("broken"));
        assertThat(errors.values).isEmpty();

        watch(runtime.events().all());
        push(message("broken"));
        assertThat(errors.values).hasSize(1);
        assertThat(others.values).isEmpty();
    }
}
