package io.agentruntime.atomemo;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonProperty.Access;
import org.jspecify.annotations.Nullable;

/**
 * A thing of another system that a user has chosen.
 *
 * @param modeName how: {@code list}, {@code url} or {@code id}
 * @param value its id; in mode {@code url} the address as it was given
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ResourceLocator(
        @JsonProperty("mode_name") @Nullable String modeName,
        @Nullable String value) {

    static final String TYPE = "resource_locator";

    /** What it is on the wire. */
    @JsonProperty(value = SpecialValues.TAG, access = Access.READ_ONLY)
    public String type() {
        return TYPE;
    }

    /** Without the value, for it may be private. */
    @Override
    public String toString() {
        return "ResourceLocator[" + modeName + "]";
    }
}
