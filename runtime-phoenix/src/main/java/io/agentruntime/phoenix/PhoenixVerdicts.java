package io.agentruntime.phoenix;

import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.Verdict;

/** What failures mean to a Phoenix socket. */
public final class PhoenixVerdicts {

    private PhoenixVerdicts() {}

    /**
     * The standard verdicts, but 403 on the handshake: the application did not like the params, which are asked for again
     * before each attempt anyway, as Phoenix' own clients do.
     */
    public static FailureClassifier classifier() {
        FailureClassifier standard = FailureClassifier.standard();
        return failure -> FailureClassifier.statusOf(failure.cause()) == 403
                ? Verdict.REFRESH_THEN_RETRY
                : standard.classify(failure);
    }
}
