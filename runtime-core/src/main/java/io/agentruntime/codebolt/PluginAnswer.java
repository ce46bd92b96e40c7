package io.agentruntime.codebolt;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.RequestRefusedException;
import io.agentruntime.json.JsonFrame;
import io.agentruntime.json.JsonPayload;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The answer to a request. Its content stands in {@code data} or at the top level, as the server's dialect has it. */
final class PluginAnswer {

    private record Envelope(
            @Nullable Boolean success, @Nullable String error) {}

    private final JsonFrame frame;

    PluginAnswer(JsonFrame frame) {
        this.frame = frame;
    }

    String type() {
        return frame.required("type");
    }

    JsonPayload json() {
        return frame.whole();
    }

    /** What has the answer's content. */
    JsonPayload data() {
        JsonPayload data = frame.payload();
        return data.isNull() ? json() : data;
    }

    /** The {@code value} of the content, or else the content itself where it stands in {@code data}. */
    Optional<JsonPayload> value() {
        return data().field("value")
                .or(() -> json().field("value"))
                .or(() -> json().field("data"))
                .filter(Predicate.not(JsonPayload::isNull));
    }

    /**
     * A text of the content, or else of the top level.
     *
     * @throws io.agentruntime.error.DecodeException when it is in neither
     */
    String text(String field) {
        String text = data().string(field);
        return Reading.present(type(), field, text == null ? json().string(field) : text);
    }

    /**
     * Why the request failed; {@code null} when it did not.
     *
     * @throws io.agentruntime.error.DecodeException when the answer does not say it in the protocol's way
     */
    @Nullable
    String failure() {
        Envelope envelope = json().as(Envelope.class);
        boolean success = envelope.success == null ? envelope.error == null : envelope.success;
        return success ? null : envelope.error == null ? "no reason given" : envelope.error;
    }

    /** What became of the request, in one of few words. */
    String status() {
        try {
            return failure() == null ? "ok" : "error";
        } catch (DecodeException e) {
            return "other";
        }
    }

    /** This answer, unless it is a refusal. */
    PluginAnswer orRefusal() {
        String reason = failure();
        if (reason != null) {
            throw new RequestRefusedException(type(), reason);
        }
        return this;
    }
}
