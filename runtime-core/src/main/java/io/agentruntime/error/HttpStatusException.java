package io.agentruntime.error;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The server answered a request with an error status. Subclasses name the statuses that callers tell apart; every other
 * status comes as this class itself.
 */
public class HttpStatusException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String method;
    private final String path;
    private final @Nullable String error;
    private final @Nullable String detail;
    private final @Nullable Duration retryAfter;

    /**
     * @param path the path without its query
     * @param error the body's {@code error}, when it had one
     * @param detail the body's {@code message}, when it had one
     * @param advice what the caller can do about it; empty when nothing is known
     */
    protected HttpStatusException(
            int status,
            String method,
            String path,
            @Nullable String error,
            @Nullable String detail,
            @Nullable Duration retryAfter,
            String advice) {
        super(text(status, method, path, error, detail, advice));
        this.status = status;
        this.method = method;
        this.path = path;
        this.error = error;
        this.detail = detail;
        this.retryAfter = retryAfter;
    }

    private static String text(
            int status, String method, String path, @Nullable String error, @Nullable String detail, String advice) {
        StringBuilder text = new StringBuilder(method)
                .append(' ')
                .append(path)
                .append(": HTTP ")
                .append(status);
        if (error != null) {
            text.append(", ").append(error);
        }
        if (detail != null) {
            text.append(" (").append(detail).append(')');
        }
        if (!advice.isEmpty()) {
            text.append(". ").append(advice);
        }
        return text.toString();
    }

    /** The error of a status, as the subclass that names it. */
    public static HttpStatusException of(
            int status,
            String method,
            String path,
            @Nullable String error,
            @Nullable String detail,
            @Nullable Duration retryAfter) {
        return switch (status) {
            case 400 -> new BadRequest(method, path, error, detail);
            case 401 -> new Unauthorized(method, path, error, detail);
            case 402 -> new PaymentRequired(method, path, error, detail);
            case 403 -> new Forbidden(method, path, error, detail);
            case 404 -> new NotFound(method, path, error, detail);
            case 409 -> new Conflict(method, path, error, detail);
            case 422 -> new Blocked(method, path, error, detail);
            case 429 -> new RateLimited(method, path, error, detail, retryAfter);
            case 503 -> new Unavailable(method, path, error, detail, retryAfter);
            default ->
                status >= 500
                        ? new ServerError(status, method, path, error, detail, retryAfter)
                        : new HttpStatusException(status, method, path, error, detail, retryAfter, "");
        };
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The request's method. */
    public String method() {
        return method;
    }

    /** The request's path, without its query. */
    public String path() {
        return path;
    }

    /** The answer's {@code error} field, when it had one. */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /** The answer's {@code message} field, when it had one. */
    public Optional<String> detail() {
        return Optional.ofNullable(detail);
    }

    /**
     * Whether the server says that it did not act on the request for a reason that passes: 429 and 503. The same request
     * may be sent again later, not before {@link #retryAfter()}.
     */
    public boolean isRetryable() {
        return status == 429 || status == 503;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** 400: the server cannot make sense of the request. */
    public static final class BadRequest extends HttpStatusException {
        private static final long serialVersionUID = 1L;

        BadRequest(String method, String path, @Nullable String error, @Nullable String detail) {
            super(400, method, path, error, detail, null, "Check the arguments of the call");
        }
    }

    /** 401: the key is not accepted. */
    public static final class Unauthorized extends HttpStatusException {
        private static final long serialVersionUID = 1L;

        Unauthorized(String method, String path, @Nullable String error, @Nullable String detail) {
            super(401, method, path, error, detail, null, "Check the option 'apiKey'");
        }
    }

    /** 402: the agent's credit does not cover the call. */
    public static final class PaymentRequired extends HttpStatusException {
        private static final long serialVersionUID = 1L;

        PaymentRequired(String method, String path, @Nullable String error, @Nullable String detail) {
            super(402, method, path, error, detail, null, "Top up the agent's credit");
        }
    }

    /** 403: the key is accepted, the call is not allowed. */
    public static final class Forbidden extends HttpStatusException {
        private static final long serialVersionUID = 1L;

        Forbidden(String method, String path, @Nullable String error, @Nullable String detail) {
            super(403, method, path, error, detail, null, "The agent lacks a registration, membership or right");
        }
    }

    /** 404: no such thing. */
    public static final class NotFound extends HttpStatusException {
        private static final long serialVersionUID = 1L;

        NotFound(String method, String path, @Nullable String error, @Nullable String detail) {
            super(404, method, path, error, detail, null, "");
        }
    }

    /** 409: it exists already. */
    public static final class Conflict extends HttpStatusException {
        private static final long serialVersionUID = 1L;

        Conflict(String method, String path, @Nullable String error, @Nullable String detail) {
            super(409, method, path, error, detail, null, "");
        }
    }

    /** 422: the content was blocked by the gateway's safety check. */
    public static final class Blocked extends HttpStatusException {
        private static final long serialVersionUID = 1L;

        Blocked(String method, String path, @Nullable String error, @Nullable String detail) {
            super(422, method, path, error, detail, null, "The content was blocked; do not send it again unchanged");
        }
    }

    /** 429: too many requests, also after the retries. {@link #retryAfter()} tells when to come back. */
    public static final class RateLimited extends HttpStatusException {
        private static final long serialVersionUID = 1L;

        RateLimited(
                String method,
                String path,
                @Nullable String error,
                @Nullable String detail,
                @Nullable Duration retryAfter) {
            super(429, method, path, error, detail, retryAfter, "Call less often");
        }
    }

    /** 5xx: the server failed. 503 comes as {@link Unavailable}. */
    public static class ServerError extends HttpStatusException {
        private static final long serialVersionUID = 1L;

        ServerError(
                int status,
                String method,
                String path,
                @Nullable String error,
                @Nullable String detail,
                @Nullable Duration retryAfter) {
            this(status, method, path, error, detail, retryAfter, "");
        }

        private ServerError(
                int status,
                String method,
                String path,
                @Nullable String error,
                @Nullable String detail,
                @Nullable Duration retryAfter,
                String advice) {
            super(status, method, path, error, detail, retryAfter, advice);
        }
    }

    /** 503: the server does not act on the call now, for want of something it depends on. {@link #isRetryable()}. */
    public static final class Unavailable extends ServerError {
        private static final long serialVersionUID = 1L;

        Unavailable(
                String method,
                String path,
                @Nullable String error,
                @Nullable String detail,
                @Nullable Duration retryAfter) {
            super(503, method, path, error, detail, retryAfter, "Send it again later");
        }
    }
}
