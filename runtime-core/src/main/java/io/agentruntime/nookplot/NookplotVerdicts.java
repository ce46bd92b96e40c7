package io.agentruntime.nookplot;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.Verdict;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.HandshakeException;

/** What failures mean at the Nookplot gateway. */
final class NookplotVerdicts {

    private NookplotVerdicts() {}

    /**
     * The standard verdicts, but: 401 or 500 on the upgrade is about the ticket, not the key, and the next attempt brings a
     * new one; 1008 means that the agent has too many connections, and the healthy ones must not be fought.
     */
    static FailureClassifier classifier() {
        FailureClassifier standard = FailureClassifier.standard();
        return failure -> {
            if (failure.cause() instanceof HandshakeException refused && isAboutTheTicket(refused)) {
                return Verdict.RETRY;
            }
            if (failure.cause() instanceof ConnectionLostException lost
                    && lost.code() == CloseStatus.POLICY_VIOLATION) {
                return Verdict.RETRY_AT_LONGEST_DELAY;
            }
            return standard.classify(failure);
        };
    }

    private static boolean isAboutTheTicket(HandshakeException refused) {
        return refused.status() == 401 || refused.status() == 500;
    }
}
