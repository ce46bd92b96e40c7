package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.LivenessTimeoutException;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionEndTest {

    @Test
    void whoEndedItAndHowIsKept() {
        assertThat(SessionEnd.local(CloseStatus.NORMAL, "client disconnect"))
                .isEqualTo(
                        new SessionEnd(SessionEnd.Initiator.LOCAL, new CloseStatus(1000, "client disconnect"), null));
        assertThat(SessionEnd.remote(CloseStatus.GOING_AWAY, "server shutdown"))
                .isEqualTo(new SessionEnd(SessionEnd.Initiator.REMOTE, new CloseStatus(1001, "server shutdown"), null));
    }

    @Test
    void aBrokenOneHasNoCloseFrame() {
        SessionEnd end = SessionEnd.broken(new IOException("reset"));

        assertThat(end.initiator()).isEqualTo(SessionEnd.Initiator.NONE);
        assertThat(end.status()).isEqualTo(new CloseStatus(CloseStatus.ABNORMAL, ""));
        assertThat(end.toError())
                .isInstanceOfSatisfying(
                        ConnectionLostException.class,
                        lost -> assertThat(lost.code()).isEqualTo(1006))
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void aCauseOfOursIsItsOwnError() {
        LivenessTimeoutException silence = new LivenessTimeoutException(Duration.ofSeconds(90));

        assertThat(SessionEnd.broken(silence).toError()).isSameAs(silence);
    }
}
