package io.agentruntime.codebolt;

import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads fenced code the way a renderer does, line by line, independently of what is tested with it. */
final class Fences {

    private static final Pattern FENCE = Pattern.compile("[ \t]*(`{3,}|~{3,})(.*)");

    private Fences() {}

    /** The marker of the fence that is still open at the end. */
    static @Nullable String openAtTheEndOf(String text) {
        return walk(text, (line, open) -> {});
    }

    /** What is left without fence lines and white space. */
    static String withoutThemAndSpace(String text) {
        StringBuilder rest = new StringBuilder();
        walk(text, (line, open) -> rest.append(line.replaceAll("\\s+", "")));
        return rest.toString();
    }

    /** What is in fences, without white space. */
    static String codeIn(String text) {
        StringBuilder code = new StringBuilder();
        walk(text, (line, open) -> code.append(open == null ? "" : line.replaceAll("\\s+", "")));
        return code.toString();
    }

    private static @Nullable String walk(String text, BiConsumer<String, @Nullable String> lines) {
        String open = null;
        for (String line : text.split("\r\n|\n|\r", -1)) {
            Matcher fence = FENCE.matcher(line);
            if (!fence.matches()) {
                lines.accept(line, open);
            } else if (open == null
                    && (fence.group(1).startsWith("~") || !fence.group(2).contains("`"))) {
                open = fence.group(1);
            } else if (open != null
                    && fence.group(1).startsWith(open)
                    && fence.group(2).isBlank()) {
                open = null;
            } else {
                lines.accept(line, open);
            }
        }
        return open;
    }
}
