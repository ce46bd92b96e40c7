package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.Attempt.Release;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What an attempt has opened is released when nothing comes of it, whoever was quicker. */
class AttemptTest {

    private final Attempt attempt = new Attempt(0, false);
    private final List<String> released = new ArrayList<>();

    private Release releasing(String what) {
        return last -> Mono.fromRunnable(() -> released.add(what + (last ? " for good" : "")));
    }

    @Test
    void whatWasOpenedLastIsReleasedFirst() {
        attempt.onAbandon(releasing("session"));
        attempt.onAbandon(releasing("socket"));
        StepVerifier.create(attempt.abandon(false)).verifyComplete();

        assertThat(released).containsExactly("socket for good", "session for good");
    }

    @Test
    void oneThatCannotBeReleasedHoldsUpNoOther() {
        attempt.onAbandon(releasing("session"));
        attempt.onAbandon(last -> Mono.error(new IOException("gone already")));
        attempt.onAbandon(last -> {
            throw new IllegalStateException("a bug");
        });
        StepVerifier.create(attempt.abandon(true)).verifyComplete();

        assertThat(released).containsExactly("session");
    }

    @Test
    void itIsAbandonedOnce() {
        attempt.onAbandon(releasing("session"));
        StepVerifier.create(attempt.abandon(true)).verifyComplete();
        StepVerifier.create(attempt.abandon(true)).verifyComplete();

        assertThat(released).containsExactly("session");
    }

    @Test
    void oneThatWasToBeRetriedCanBeGivenUpForGoodOnce() {
        attempt.onAbandon(releasing("session"));
        StepVerifier.create(attempt.abandon(true)).verifyComplete();
        StepVerifier.create(attempt.abandon(false)).verifyComplete();
        StepVerifier.create(attempt.abandon(false)).verifyComplete();

        assertThat(released).containsExactly("session", "session for good");
    }

    @Test
    void whatIsOpenedBehindTheEndIsReleasedAtOnce() {
        attempt.abandon(true).subscribe();
        attempt.onAbandon(releasing("socket"));
        assertThat(released).containsExactly("socket");

        attempt.abandon(false).subscribe();
        attempt.onAbandon(releasing("late socket"));
        assertThat(released).containsExactly("socket", "late socket for good");
    }
}
