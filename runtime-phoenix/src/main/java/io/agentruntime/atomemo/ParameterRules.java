package io.agentruntime.atomemo;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** What the platform demands of parameters, at any depth. */
final class ParameterRules {

    private static final Pattern NAME = Pattern.compile("(?=.{1,64}$)[a-zA-Z](?:_?[a-zA-Z0-9])*");
    private static final String NAME_RULE =
            "must be 1 to 64 letters, digits and single underscores, begin with a letter, and not end with an underscore";

    private static final List<String> CHOSEN_BY_PLUGIN = List.of("default", "constant", "enum");

    private final @Nullable Set<String> locators;
    private final @Nullable Set<String> mappings;

    /**
     * @param locators the names of the tool's functions that list; {@code null} when they are not known
     * @param mappings the names of the tool's functions that tell fields; {@code null} when they are not known
     */
    ParameterRules(@Nullable Set<String> locators, @Nullable Set<String> mappings) {
        this.locators = locators;
        this.mappings = mappings;
    }

    /** The parameters of one level. */
    void all(Field parameters) {
        Map<String, ParameterType> siblings = new HashMap<>();
        for (Field parameter : parameters.elements()) {
            Field name = parameter.object().at("name").matches(NAME, NAME_RULE);
            if (siblings.put(name.requiredText(), type(parameter)) != null) {
                throw name.fails("must be there only once");
            }
        }
        parameters.elements().forEach(parameter -> one(parameter, siblings));
    }

    /** A parameter that stands for each element or each further property: its name says nothing. */
    private void each(Field parameter) {
        Field name = parameter.required().object().at("name");
        if (name.isPresent()) {
            name.matches(NAME, NAME_RULE);
        }
        one(parameter, Map.of());
    }

    private static ParameterType type(Field parameter) {
        Field type = parameter.at("type");
        return ParameterType.of(type.requiredText()).orElseThrow(() -> type.fails("must be a type of parameter"));
    }

    private void one(Field parameter, Map<String, ParameterType> siblings) {
        ParameterType type = type(parameter);
        parameter.at("display_name").localized();
        parameter.at("required").flag();
        parameter.at("display").object().members().forEach(Field::object);
        parameter.at("ai").object().at("llm_description").localized();
        ui(parameter.at("ui"));
        decoder(parameter.at("decoder"), type);
        dependsOn(parameter.at("depends_on"), type, siblings);
        if (type.isOpaque()) {
            opaque(parameter, type);
        }
        switch (type) {
            case STRING -> text(parameter);
            case NUMBER, INTEGER -> number(parameter, type);
            case BOOLEAN -> values(parameter, Field::flag);
            case OBJECT -> object(parameter);
            case ARRAY -> array(parameter);
            case CREDENTIAL_ID -> parameter.at("credential_name").requiredText();
            case DISCRIMINATED_UNION -> union(parameter);
            case RESOURCE_LOCATOR -> locator(parameter);
            case RESOURCE_MAPPER -> function(parameter.at("mapping_method"), mappings, "mapping");
            case ENCRYPTED_STRING, FILE_REF, LLM_CONFIG -> {}
        }
    }

    private static void ui(Field ui) {
        ui.object();
        ui.at("component").text();
        ui.at("hint").localized();
        ui.at("placeholder").localized();
        ui.at("width").oneOf(List.of("small", "medium", "full"));
        for (String flag : List.of("disabled", "readonly", "sensitive", "support_expression", "display_none")) {
            ui.at(flag).flag();
        }
    }

    private static void decoder(Field decoder, ParameterType type) {
        decoder.oneOf(List.of("json"));
        if (decoder.isPresent() && type != ParameterType.OBJECT) {
            throw decoder.fails("is only for objects");
        }
    }

    private static void dependsOn(Field names, ParameterType type, Map<String, ParameterType> siblings) {
        if (names.isPresent() && !type.canDepend()) {
            throw names.fails("is only for resource_locator and resource_mapper");
        }
        for (Field name : names.elements()) {
            ParameterType other = siblings.get(name.requiredText());
            if (other == null) {
                throw name.fails("must name a parameter of the same level");
            }
            if (!other.canBeDependedOn()) {
                throw name.fails("must name a string, number, integer, boolean or resource_locator");
            }
        }
    }

    /** The values are the users' own, and may be secret: what stands there is not shown. */
    private static void opaque(Field parameter, ParameterType type) {
        for (String name : CHOSEN_BY_PLUGIN) {
            Field field = parameter.at(name);
            if (field.isPresent()) {
                throw new Field(field.path(), "something").fails("must not be set for " + type.wireName());
            }
        }
    }

    // ---- Single values

    private static void text(Field parameter) {
        Optional<BigDecimal> least = parameter.at("min_length").size();
        Optional<BigDecimal> most = parameter.at("max_length").size();
        ordered(parameter.at("min_length"), parameter.at("max_length"));
        values(
                parameter,
                value -> value.text().ifPresent(text -> {
                    BigDecimal length = BigDecimal.valueOf(text.codePointCount(0, text.length()));
                    within(value, length, least, most, "length");
                }));
    }

    private static void number(Field parameter, ParameterType type) {
        boolean whole = type == ParameterType.INTEGER;
        Optional<BigDecimal> least = numberOf(parameter.at("minimum"), whole);
        Optional<BigDecimal> most = numberOf(parameter.at("maximum"), whole);
        ordered(parameter.at("minimum"), parameter.at("maximum"));
        values(
                parameter,
                value -> numberOf(value, whole).ifPresent(number -> within(value, number, least, most, "value")));
    }

    private static Optional<BigDecimal> numberOf(Field field, boolean whole) {
        return whole ? field.wholeNumber() : field.number();
    }

    private static void within(
            Field field, BigDecimal amount, Optional<BigDecimal> least, Optional<BigDecimal> most, String what) {
        if (least.isPresent() && amount.compareTo(least.get()) < 0) {
            throw field.fails("must have a " + what + " of at least " + least.get());
        }
        if (most.isPresent() && amount.compareTo(most.get()) > 0) {
            throw field.fails("must have a " + what + " of at most " + most.get());
        }
    }

    /** Those numbers that are present must not fall. */
    static void ordered(Field... numbers) {
        Field last = null;
        for (Field number : numbers) {
            if (number.number().isEmpty()) {
                continue;
            }
            if (last != null
                    && last.number().orElseThrow().compareTo(number.number().orElseThrow()) > 0) {
                throw number.fails("must not be less than " + last.path() + ", which is " + last.value());
            }
            last = number;
        }
    }

    /** A check of one value. */
    @FunctionalInterface
    private interface ValueCheck {
        void check(Field value);
    }

    /** Default, constant and choices: each fits the type, and the default is one of the choices. */
    private static void values(Field parameter, ValueCheck check) {
        check.check(parameter.at("constant"));
        check.check(parameter.at("default"));
        Field choices = parameter.at("enum");
        List<Field> elements = choices.elements();
        if (choices.isPresent() && elements.isEmpty()) {
            throw choices.fails("must not be empty");
        }
        elements.forEach(choice -> check.check(choice.required()));
        Field chosen = parameter.at("default");
        if (chosen.isPresent() && choices.isPresent() && elements.stream().noneMatch(c -> same(c, chosen))) {
            throw chosen.fails("must be one of " + choices.path());
        }
        Field constant = parameter.at("constant");
        if (chosen.isPresent() && constant.isPresent() && !same(chosen, constant)) {
            throw chosen.fails("must be the same as " + constant.path());
        }
    }

    private static boolean same(Field one, Field other) {
        return Objects.equals(one.value(), other.value())
                || (one.value() instanceof Number
                        && other.value() instanceof Number
                        && one.number().orElseThrow().compareTo(other.number().orElseThrow()) == 0);
    }

    // ---- What has parts

    private void object(Field parameter) {
        Field properties = parameter.at("properties").required();
        all(properties);
        if (parameter.at("constant").isPresent() && !properties.elements().isEmpty()) {
            throw properties.fails("must be empty where a constant is set");
        }
        values(parameter, Field::object);
        Field further = parameter.at("additional_properties");
        if (further.isPresent()) {
            each(further);
        }
    }

    private void array(Field parameter) {
        parameter.at("min_items").size();
        parameter.at("max_items").size();
        ordered(parameter.at("min_items"), parameter.at("max_items"));
        values(parameter, Field::list);
        each(parameter.at("items"));
    }

    private void union(Field parameter) {
        String discriminator = parameter.at("discriminator").requiredText();
        Field anyOf = parameter.at("any_of").required();
        if (anyOf.elements().size() < 2) {
            throw anyOf.fails("must have at least two objects");
        }
        ui(parameter.at("discriminator_ui"));
        Set<Object> constants = new HashSet<>();
        for (Field object : anyOf.elements()) {
            each(object);
            if (type(object) != ParameterType.OBJECT) {
                throw object.at("type").fails("must be object in any_of");
            }
            Field constant = constant(object, discriminator);
            if (!constants.add(Objects.requireNonNull(constant.value()))) {
                throw constant.fails("must differ from the other objects of any_of");
            }
        }
    }

    private static Field constant(Field object, String discriminator) {
        for (Field property : object.at("properties").elements()) {
            if (discriminator.equals(property.at("name").value())) {
                Field constant = property.at("constant");
                if (!constant.isPresent() || constant.value() instanceof Map || constant.value() instanceof Iterable) {
                    throw constant.fails("must be a text, number or boolean, for it tells the objects apart");
                }
                return constant;
            }
        }
        throw object.at("properties").fails("must have the discriminator '" + discriminator + "'");
    }

    private void locator(Field parameter) {
        Field modes = parameter.at("modes").required();
        if (modes.elements().isEmpty()) {
            throw modes.fails("must not be empty");
        }
        Set<String> seen = new HashSet<>();
        for (Field mode : modes.elements()) {
            mode.object().at("display_name").localized();
            mode.at("placeholder").localized();
            Field type = mode.at("type").required().oneOf(List.of("list", "url", "id"));
            if (!seen.add(type.requiredText())) {
                throw type.fails("must be there only once");
            }
            switch (type.requiredText()) {
                case "list" -> {
                    function(mode.at("search_list_method"), locators, "locator");
                    mode.at("searchable").flag();
                }
                case "url" -> extractValue(mode.at("extract_value").required().object());
                default -> {}
            }
        }
    }

    private static void extractValue(Field extract) {
        extract.at("type").required().oneOf(List.of("regex"));
        Field regex = extract.at("regex");
        try {
            Pattern.compile(regex.requiredText());
        } catch (PatternSyntaxException e) {
            throw regex.fails("must be a regular expression");
        }
    }

    private static void function(Field name, @Nullable Set<String> known, String kind) {
        String wanted = name.requiredText();
        if (known != null && !known.contains(wanted)) {
            throw name.fails("must name a " + kind + " of the tool");
        }
    }
}
