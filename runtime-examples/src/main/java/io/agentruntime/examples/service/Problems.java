package io.agentruntime.examples.service;

import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.NotConnectedException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.TimeLimitException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What went wrong, as problem details. The runtime's errors are fit to be shown: they carry no secrets. */
@RestControllerAdvice
final class Problems {

    @ExceptionHandler
    ProblemDetail unknown(UnknownAgentException e) {
        return problem(HttpStatus.NOT_FOUND, e);
    }

    @ExceptionHandler
    ProblemDetail notNow(IllegalStateException e) {
        return problem(HttpStatus.CONFLICT, e);
    }

    @ExceptionHandler
    ProblemDetail bad(IllegalArgumentException e) {
        return problem(HttpStatus.BAD_REQUEST, e);
    }

    @ExceptionHandler
    ProblemDetail runtime(RuntimeClientException e) {
        return problem(status(e), e);
    }

    /** A refusal of the gateway is passed on where the caller can do something about it. */
    private static HttpStatus status(RuntimeClientException e) {
        if (e instanceof NotConnectedException) {
            return HttpStatus.SERVICE_UNAVAILABLE;
        }
        if (e instanceof TimeLimitException) {
            return HttpStatus.GATEWAY_TIMEOUT;
        }
        if (e instanceof HttpStatusException refusal) {
            return switch (refusal.status()) {
                case 422 -> HttpStatus.UNPROCESSABLE_CONTENT;
                case 429 -> HttpStatus.TOO_MANY_REQUESTS;
                default -> HttpStatus.BAD_GATEWAY;
            };
        }
        return HttpStatus.BAD_GATEWAY;
    }

    private static ProblemDetail problem(HttpStatus status, Exception e) {
        return ProblemDetail.forStatusAndDetail(status, String.valueOf(e.getMessage()));
    }
}
