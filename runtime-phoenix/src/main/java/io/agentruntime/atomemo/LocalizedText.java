package io.agentruntime.atomemo;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A text in one or more languages, English among them. Its keys are of the form {@code en_US} or {@code zh_Hans}, which is
 * checked when what it belongs to is added to the plugin. Immutable.
 *
 * @param texts the text by locale, in order
 */
public record LocalizedText(@JsonValue Map<String, String> texts) {

    public LocalizedText {
        Map<String, String> copy = new LinkedHashMap<>();
        texts.forEach((locale, text) -> copy.put(locale, Objects.requireNonNull(text, locale)));
        texts = Collections.unmodifiableMap(copy);
    }

    /** A text in English, {@code en_US}. */
    public static LocalizedText english(String text) {
        return new LocalizedText(Map.of("en_US", text));
    }

    /** This text in one more language. */
    public LocalizedText and(String locale, String text) {
        Map<String, String> all = new LinkedHashMap<>(texts);
        all.put(locale, text);
        return new LocalizedText(all);
    }
}
