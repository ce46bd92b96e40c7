package io.agentruntime.testkit;

import org.jspecify.annotations.Nullable;

/** An error answer, thrown out of a route. */
final class ApiError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    ApiError(Answer answer) {
        super("HTTP " + answer.status(), null, false, false);
        this.answer = answer;
    }

    ApiError(int status, String error) {
        this(status, error, null);
    }

    ApiError(int status, String error, @Nullable String message) {
        this(Answer.error(status, error, message));
    }

    Answer answer() {
        return answer;
    }
}
