package io.agentruntime.atomemo;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a parameter holds. */
public enum ParameterType {
    STRING,
    NUMBER,
    INTEGER,
    BOOLEAN,
    OBJECT,
    ARRAY,
    ENCRYPTED_STRING,
    CREDENTIAL_ID,
    DISCRIMINATED_UNION,
    FILE_REF,
    LLM_CONFIG,
    RESOURCE_LOCATOR,
    RESOURCE_MAPPER;

    /** The type's name on the wire. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<ParameterType> of(String wireName) {
        return Arrays.stream(values())
                .filter(type -> type.wireName().equals(wireName))
                .findFirst();
    }

    /** Whether it is a single value that the platform can keep: all that credentials may have. */
    boolean isScalar() {
        return switch (this) {
            case STRING, NUMBER, INTEGER, BOOLEAN, ENCRYPTED_STRING -> true;
            default -> false;
        };
    }

    /** Whether what a resource locator or mapper lists may depend on it. */
    boolean canBeDependedOn() {
        return switch (this) {
            case STRING, NUMBER, INTEGER, BOOLEAN, RESOURCE_LOCATOR -> true;
            default -> false;
        };
    }

    /** Whether it may have {@code depends_on}. */
    boolean canDepend() {
        return this == RESOURCE_LOCATOR || this == RESOURCE_MAPPER;
    }

    /** Whether its values are chosen by the user alone: no default, constant or list of choices. */
    boolean isOpaque() {
        return this == ENCRYPTED_STRING || this == CREDENTIAL_ID;
    }
}
