package io.agentruntime.micrometer;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.binder.http.Outcome;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import org.jspecify.annotations.Nullable;

/** What observed HTTP requests are called. Extend it to add to it or to change it. */
public class HttpRequestConvention implements ObservationConvention<HttpRequestContext> {

    /** The template of a path that the library does not know. */
    private static final String OTHER = "other";

    @Override
    public String getName() {
        return "agentruntime.http.requests";
    }

    @Override
    public String getContextualName(HttpRequestContext request) {
        return request.template().isEmpty() ? request.method() : request.method() + " " + request.template();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(HttpRequestContext request) {
        String status = request.status();
        return request.common()
                .and(
                        KeyValue.of("method", request.method()),
                        KeyValue.of("uri", request.template().isEmpty() ? OTHER : request.template()),
                        KeyValue.of("status", status == null ? KeyValue.NONE_VALUE : status),
                        KeyValue.of("outcome", outcome(status).name()));
    }

    private static Outcome outcome(@Nullable String status) {
        return status == null || status.equals(MicrometerObserved.CANCELLED)
                ? Outcome.UNKNOWN
                : Outcome.forStatus(Integer.parseInt(status));
    }

    /** The path; nothing of the query or of headers, which may hold credentials. */
    @Override
    public KeyValues getHighCardinalityKeyValues(HttpRequestContext request) {
        return KeyValues.of("path", request.path());
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof HttpRequestContext;
    }
}
