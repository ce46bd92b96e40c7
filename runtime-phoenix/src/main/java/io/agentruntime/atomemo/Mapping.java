package io.agentruntime.atomemo;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a resource mapper.
 *
 * @param fields the fields
 * @param emptyFieldsNotice what users see when there are none
 */
public record Mapping(
        List<MappedField> fields,
        @JsonProperty("empty_fields_notice") @Nullable LocalizedText emptyFieldsNotice) {

    public Mapping {
        fields = List.copyOf(fields);
    }

    /** Fields, and no notice. */
    public static Mapping of(MappedField... fields) {
        return new Mapping(List.of(fields), null);
    }

    /**
     * One field.
     *
     * @param id what it is known by
     * @param type {@code string}, {@code number}, {@code integer}, {@code boolean}, {@code object} or {@code array}
     * @param displayName what users see
     * @param required whether it has to be given
     */
    public record MappedField(
            String id,
            String type,
            @JsonProperty("display_name") @Nullable LocalizedText displayName,
            @Nullable Boolean required) {

        /** A field that may be left out, known by its id. */
        public static MappedField of(String id, ParameterType type) {
            return new MappedField(id, type.wireName(), null, null);
        }
    }
}
