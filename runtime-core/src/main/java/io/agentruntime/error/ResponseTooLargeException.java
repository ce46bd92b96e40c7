package io.agentruntime.error;

/** The body of an HTTP answer is larger than the limit; reading was stopped. */
public final class ResponseTooLargeException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    public ResponseTooLargeException(String method, String path, long limit) {
        super(method + " " + path + ": the answer is larger than " + limit + " bytes (option 'http.maxResponseBytes')");
    }
}
