package io.agentruntime.atomemo;

import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.json.JsonPayload;
import java.util.Objects;

/** The hub does not accept the plugin's definition. */
public final class RegistrationRefusedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST_SHOWN = 2000;

    private final String code;
    private final transient JsonPayload reply;

    RegistrationRefusedException(String plugin, JsonPayload reply) {
        super("The hub refuses to register " + plugin + ": " + description(reply));
        this.code = Objects.requireNonNullElse(reply.string("code"), "");
        this.reply = reply;
    }

    private static String description(JsonPayload reply) {
        String text = reply.text();
        return text.substring(0, Math.min(text.length(), LONGEST_SHOWN));
    }

    /** The hub's code for the error, empty when there is none. */
    public String code() {
        return code;
    }

    /** The hub's answer: {@code code}, {@code message}, and {@code suberrors} where it names them. */
    public JsonPayload reply() {
        return reply;
    }
}
