package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.TimeLimitException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rows of the table of verdicts that hold for every protocol. */
class FailureClassifierTest {

    private static HttpStatusException http(int status) {
        return HttpStatusException.of(status, "POST", "/connect", null, null, null);
    }

    private static HandshakeException handshake(int status) {
        return new HandshakeException(status, "host/path", null);
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                Arguments.of("I/O", new ConnectFailedException("h", new IOException()), Verdict.RETRY),
                Arguments.of("DNS", new ConnectFailedException("h", new UnknownHostException()), Verdict.RETRY),
                Arguments.of("TLS", new ConnectFailedException("h", new SSLException("x")), Verdict.RETRY),
                Arguments.of("time limit", new TimeLimitException("handshake", Duration.ofSeconds(1)), Verdict.RETRY),
                Arguments.of("408", http(408), Verdict.RETRY),
                Arguments.of("429", http(429), Verdict.RETRY),
                Arguments.of("429 on the upgrade", handshake(429), Verdict.RETRY),
                Arguments.of("500", http(500), Verdict.RETRY),
                Arguments.of("503 on the upgrade", handshake(503), Verdict.RETRY),
                Arguments.of("close 1000", new ConnectionLostException(1000, "", null), Verdict.RETRY),
                Arguments.of("close 1001", new ConnectionLostException(1001, "", null), Verdict.RETRY),
                Arguments.of("close 1006", new ConnectionLostException(1006, "", null), Verdict.RETRY),
                Arguments.of("close 1011", new ConnectionLostException(1011, "", null), Verdict.RETRY),
                Arguments.of("close 4000", new ConnectionLostException(4000, "", null), Verdict.RETRY),
                Arguments.of("400", http(400), Verdict.TERMINAL),
                Arguments.of("400 on the upgrade", handshake(400), Verdict.TERMINAL),
                Arguments.of("401, fixed key", http(401), Verdict.TERMINAL),
                Arguments.of("401 on the upgrade, fixed key", handshake(401), Verdict.TERMINAL),
                Arguments.of("403", http(403), Verdict.TERMINAL),
                Arguments.of("403 on the upgrade", handshake(403), Verdict.TERMINAL),
                Arguments.of("404", http(404), Verdict.TERMINAL),
                Arguments.of("404 on the upgrade", handshake(404), Verdict.TERMINAL));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("rows")
    void standardVerdicts(String what, Throwable cause, Verdict expected) {
        assertThat(FailureClassifier.standard().classify(new Failure(cause, 3, true, false, false)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("unauthorized")
    void aSuppliedKeyIsAskedForAgainOnce(Throwable cause) {
        FailureClassifier standard = FailureClassifier.standard();

        assertThat(standard.classify(new Failure(cause, 0, true, true, false))).isEqualTo(Verdict.REFRESH_THEN_RETRY);
        assertThat(standard.classify(new Failure(cause, 0, true, true, true))).isEqualTo(Verdict.TERMINAL);
    }

    static Stream<Throwable> unauthorized() {
        return Stream.of(http(401), handshake(401));
    }
}
