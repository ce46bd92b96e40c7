package io.agentruntime.atomemo;

import io.agentruntime.error.InvalidOptionException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value somewhere in a definition, and where that is. Each check answers the value, or fails with the path to it, the rule
 * and the value. A {@code null} counts as absent, as it does on the wire.
 */
record Field(String path, @Nullable Object value) {

    private static final int LONGEST_SHOWN = 200;

    private static final Pattern LOCALE = Pattern.compile("[^_]+_[^\\p{Ll}_][^_]*");

    InvalidOptionException fails(String rule) {
        String shown = String.valueOf(value);
        return new InvalidOptionException(
                path, shown.length() > LONGEST_SHOWN ? shown.substring(0, LONGEST_SHOWN) + "..." : shown, rule);
    }

    boolean isPresent() {
        return value != null;
    }

    // ---- Down

    /** A member of this object. */
    Field at(String name) {
        Object member = value instanceof Map<?, ?> fields ? fields.get(name) : null;
        return new Field(path.isEmpty() ? name : path + "." + name, member);
    }

    /** The elements of this list, none when it is absent. */
    List<Field> elements() {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof Collection<?> list)) {
            throw fails("must be a list");
        }
        List<Field> elements = new ArrayList<>();
        for (Object element : list) {
            elements.add(new Field(path + "[" + elements.size() + "]", element));
        }
        return elements;
    }

    /** The members of this object, none when it is absent. */
    List<Field> members() {
        return fields().keySet().stream().map(name -> at(String.valueOf(name))).toList();
    }

    private Map<?, ?> fields() {
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> fields)) {
            throw fails("must be an object");
        }
        return fields;
    }

    // ---- What it is

    Field required() {
        if (value == null) {
            throw fails("is required");
        }
        return this;
    }

    Field object() {
        fields();
        return this;
    }

    Field list() {
        elements();
        return this;
    }

    /** The text; empty when it is absent. */
    Optional<String> text() {
        if (value != null && !(value instanceof String)) {
            throw fails("must be a text");
        }
        return Optional.ofNullable((String) value);
    }

    String requiredText() {
        String text = required().text().orElseThrow();
        if (text.isBlank()) {
            throw fails("must not be blank");
        }
        return text;
    }

    Optional<Boolean> flag() {
        if (value != null && !(value instanceof Boolean)) {
            throw fails("must be true or false");
        }
        return Optional.ofNullable((Boolean) value);
    }

    Optional<BigDecimal> number() {
        if (value == null) {
            return Optional.empty();
        }
        try {
            if (value instanceof Number) {
                return Optional.of(new BigDecimal(value.toString()));
            }
        } catch (NumberFormatException e) {
            throw fails("must be a finite number");
        }
        throw fails("must be a number");
    }

    Optional<BigDecimal> wholeNumber() {
        Optional<BigDecimal> number = number();
        if (number.isPresent() && number.get().stripTrailingZeros().scale() > 0) {
            throw fails("must be a whole number");
        }
        return number;
    }

    /** A number of elements or characters. */
    Optional<BigDecimal> size() {
        Optional<BigDecimal> size = wholeNumber();
        if (size.isPresent() && size.get().signum() < 0) {
            throw fails("must not be negative");
        }
        return size;
    }

    Field matches(Pattern pattern, String rule) {
        if (!pattern.matcher(requiredText()).matches()) {
            throw fails(rule);
        }
        return this;
    }

    Field oneOf(Collection<String> allowed) {
        Optional<String> text = text();
        if (text.isPresent() && !allowed.contains(text.get())) {
            throw fails("must be one of " + allowed);
        }
        return this;
    }

    void webAddress() {
        text().filter(Predicate.not(Field::isWebAddress)).ifPresent(text -> {
            throw fails("must be an http or https address");
        });
    }

    private static boolean isWebAddress(String text) {
        try {
            URI uri = new URI(text);
            return ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
                    && uri.getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** A text in several languages; may be absent. */
    void localized() {
        if (value == null) {
            return;
        }
        object();
        if (!at("en_US").isPresent()) {
            throw fails("must have a text for en_US");
        }
        for (Object locale : fields().keySet()) {
            Field text = at(String.valueOf(locale));
            text.locale(String.valueOf(locale));
            text.required().text();
        }
    }

    /** Checks the name of a locale, this field's or the one it is a text for. */
    void locale(String name) {
        if (!LOCALE.matcher(name).matches()) {
            throw new InvalidOptionException(
                    path, name, "must be of the form ll_CC, its second part beginning with an upper-case letter");
        }
    }
}
