package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.SessionEndedException;
import org.junit.jupiter.api.Test;

/** The same over real long-polling. */
class LongPollLoopbackTest extends PhoenixLoopbackTest {

    @Override
    PhoenixTransport transport() {
        return PhoenixTransport.LONGPOLL;
    }

    /** Phoenix cannot put bytes into the answer of a poll: the session breaks by it, and comes again. */
    @Test
    @Override
    void bytesTravelBothWays() {
        PhoenixChannel channel = connected("ann").channel("room:bytes");
        channel.join().block(LIMIT);
        assertThat(channel.push("measure", new byte[70_000])
                        .block(LIMIT)
                        .response()
                        .as(Integer.class))
                .isEqualTo(70_000);
        assertThatThrownBy(() -> channel.push("echo", new byte[] {1}).block(LIMIT))
                .isInstanceOfAny(SessionEndedException.class, ConnectionLostException.class);
        eventually("joined again", () -> isJoined(channel));
    }
}
