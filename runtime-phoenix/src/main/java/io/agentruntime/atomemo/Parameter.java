package io.agentruntime.atomemo;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Map;

/**
 * One parameter of a tool or credential, or a part of another parameter. Immutable; checked when what it belongs to is added
 * to a plugin.
 *
 * <pre>{@code
 * Parameter.string("city").displayName(LocalizedText.english("City")).required().maxLength(80).build()
 * }</pre>
 */
public final class Parameter {

    private final Map<String, Object> definition;

    Parameter(Map<String, Object> definition) {
        this.definition = Definitions.copy(definition);
    }

    /** Text. */
    public static ParameterBuilder.Text string(String name) {
        return new ParameterBuilder.Text(name);
    }

    /** A number. */
    public static ParameterBuilder.Numeric number(String name) {
        return new ParameterBuilder.Numeric(name, ParameterType.NUMBER);
    }

    /** A whole number. */
    public static ParameterBuilder.Numeric integer(String name) {
        return new ParameterBuilder.Numeric(name, ParameterType.INTEGER);
    }

    /** True or false. */
    public static ParameterBuilder.Flag bool(String name) {
        return new ParameterBuilder.Flag(name);
    }

    /** An object with parameters of its own. */
    public static ParameterBuilder.Structure object(String name) {
        return new ParameterBuilder.Structure(name);
    }

    /** A list. */
    public static ParameterBuilder.Sequence array(String name) {
        return new ParameterBuilder.Sequence(name);
    }

    /** Text that the platform keeps encrypted. */
    public static ParameterBuilder.Plain encryptedString(String name) {
        return new ParameterBuilder.Plain(name, ParameterType.ENCRYPTED_STRING);
    }

    /** A choice among the user's credentials of one kind. */
    public static ParameterBuilder.CredentialChoice credentialId(String name) {
        return new ParameterBuilder.CredentialChoice(name);
    }

    /** One of several objects, told apart by the constant of one of their properties. */
    public static ParameterBuilder.Union discriminatedUnion(String name) {
        return new ParameterBuilder.Union(name);
    }

    /** A file; reaches the tool as a {@link FileRef}. */
    public static ParameterBuilder.Plain fileRef(String name) {
        return new ParameterBuilder.Plain(name, ParameterType.FILE_REF);
    }

    /** The choice of a language model and its settings. */
    public static ParameterBuilder.Plain llmConfig(String name) {
        return new ParameterBuilder.Plain(name, ParameterType.LLM_CONFIG);
    }

    /** A thing of another system, found in a list, by its address or by its id; reaches the tool as a {@link ResourceLocator}. */
    public static ParameterBuilder.Locator resourceLocator(String name) {
        return new ParameterBuilder.Locator(name);
    }

    /** Values for the fields of another system's thing; reaches the tool as a {@link ResourceMapper}. */
    public static ParameterBuilder.Mapper resourceMapper(String name) {
        return new ParameterBuilder.Mapper(name);
    }

    /** As the hub gets it: what Jackson writes. */
    @JsonValue
    Map<String, Object> definition() {
        return definition;
    }

    @Override
    public String toString() {
        return "Parameter[" + definition.get("name") + ", " + definition.get("type") + "]";
    }
}
