package io.agentruntime.testkit;

import org.jspecify.annotations.Nullable;

/** An error answer, thrown out of a route. */
final class ApiError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Outcome.Answer answer;

    ApiError(Outcome.Answer answer) {
        super("HTTP " + answer.status(), null, false, false);
        this.answer = answer;
    }

    ApiError(int status, String error) {
        this(status, error, null);
    }

    ApiError(int status, String error, @Nullable String message) {
        this(Outcome.Answer.error(status, error, message));
    }

    Outcome.Answer answer() {
        return answer;
    }
}
