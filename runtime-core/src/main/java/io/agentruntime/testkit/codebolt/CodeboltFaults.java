package io.agentruntime.testkit.codebolt;

import io.agentruntime.testkit.server.EmbeddedServer;
import io.agentruntime.testkit.server.WireFaults;
import java.time.Duration;
import java.util.Map;

/** The fault switches of an {@link EmbeddedCodeboltServer}, beside those that every embedded server has. */
public final class CodeboltFaults extends WireFaults {

    private final CodeboltCore core;

    CodeboltFaults(EmbeddedServer server, CodeboltCore core) {
        super(server);
        this.core = core;
    }

    @Override
    public void reset() {
        core.confined.run(() -> {
            core.closeBeforeStart = 0;
            core.startWithheld = false;
            core.silent.clear();
            core.refusals.clear();
            core.answerDelay = Duration.ZERO;
            core.instead.clear();
        });
        super.reset();
    }

    /** Closes new sockets with this code, instead of sending the start message; 0 takes it back. */
    public void closeBeforeStart(int code) {
        core.confined.run(() -> core.closeBeforeStart = code);
    }

    /** While on, new sockets get no start message. */
    public void withholdStart(boolean on) {
        core.confined.run(() -> core.startWithheld = on);
    }

    /** While on, requests of this type are acted on and not answered. */
    public void withholdAnswers(String type, boolean on) {
        core.confined.run(() -> {
            if (on) {
                core.silent.add(type);
            } else {
                core.silent.remove(type);
            }
        });
    }

    /** Answers requests of this type with a refusal, until {@link #reset()}. */
    public void refuse(String type, String reason) {
        core.confined.run(() -> core.refusals.put(type, reason));
    }

    /** Answers every request so much later; zero takes it back. */
    public void delayAnswers(Duration delay) {
        core.confined.run(() -> core.answerDelay = delay);
    }

    /**
     * Puts these fields into the answers to requests of this type, in the place of what stands there, until {@link
     * #reset()}: wrong types and missing data. A value of {@code null} takes the field out.
     */
    public void distort(String type, Map<String, ?> fields) {
        core.confined.run(() -> core.instead.put(type, fields));
    }
}
