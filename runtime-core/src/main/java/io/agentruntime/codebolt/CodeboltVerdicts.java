package io.agentruntime.codebolt;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.Verdict;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.CredentialsRefusedException;

/** What failures mean at a Codebolt server. */
final class CodeboltVerdicts {

    private CodeboltVerdicts() {}

    /**
     * The standard verdicts, and: credentials that are refused by a close are as terminal as those that are refused at the
     * handshake.
     */
    static FailureClassifier classifier() {
        FailureClassifier standard = FailureClassifier.standard();
        return failure -> {
            if (!(failure.cause() instanceof CredentialsRefusedException)) {
                return standard.classify(failure);
            }
            return failure.refreshable() && !failure.refreshed() ? Verdict.REFRESH_THEN_RETRY : Verdict.TERMINAL;
        };
    }

    /** Before the start message, 1008 and the codes of applications say that the server does not want this plugin. */
    static Throwable beforeStart(Throwable error) {
        boolean refused = error instanceof ConnectionLostException lost
                && (lost.code() == CloseStatus.POLICY_VIOLATION || (lost.code() >= 4000 && lost.code() < 5000));
        return refused ? new CredentialsRefusedException("pluginId and pluginToken", error) : error;
    }
}
