package io.agentruntime.connection;

import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.HttpStatusException;

/** Judges failures. Each protocol has its own default, which users can replace. */
@FunctionalInterface
public interface FailureClassifier {

    /** Judges one failure. Must not block. What it throws is logged and taken as {@link Verdict#RETRY}. */
    Verdict classify(Failure failure);

    /**
     * What holds for every protocol unless it says otherwise: 401 asks for the credentials once more where they come from
     * a supplier and is terminal otherwise; 400, 403 and 404 are terminal; everything else is tried again.
     */
    static FailureClassifier standard() {
        return failure -> switch (statusOf(failure.cause())) {
            case 401 -> failure.refreshable() && !failure.refreshed() ? Verdict.REFRESH_THEN_RETRY : Verdict.TERMINAL;
            case 400, 403, 404 -> Verdict.TERMINAL;
            default -> Verdict.RETRY;
        };
    }

    /** The HTTP status that refused a handshake or session request; 0 when the failure is of another kind. */
    static int statusOf(Throwable cause) {
        if (cause instanceof HttpStatusException refused) {
            return refused.status();
        }
        return cause instanceof HandshakeException refused ? refused.status() : 0;
    }
}
