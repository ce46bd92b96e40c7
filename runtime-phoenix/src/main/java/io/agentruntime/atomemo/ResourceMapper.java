package io.agentruntime.atomemo;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonProperty.Access;
import org.jspecify.annotations.Nullable;

/**
 * What a user has put into the fields of another system's thing.
 *
 * @param mappingMode {@code manual} or {@code auto}
 * @param value the values by field, or a text
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ResourceMapper(
        @JsonProperty("mapping_mode") @Nullable String mappingMode,
        @Nullable Object value) {

    static final String TYPE = "resource_mapper";

    /** What it is on the wire. */
    @JsonProperty(value = SpecialValues.TAG, access = Access.READ_ONLY)
    public String type() {
        return TYPE;
    }

    /** Without the values, for they may be private. */
    @Override
    public String toString() {
        return "ResourceMapper[" + mappingMode + "]";
    }
}
