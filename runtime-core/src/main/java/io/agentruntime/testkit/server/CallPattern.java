package io.agentruntime.testkit.server;

import io.agentruntime.error.InvalidOptionException;
import java.util.regex.Pattern;

/**
 * Which HTTP calls are meant: {@code [METHOD ]/path}, where {@code *} stands for any text within one segment of the
 * path and {@code **} for any text at all.
 */
public final class CallPattern {

    private final String source;
    private final Pattern regex;

    private CallPattern(String source, Pattern regex) {
        this.source = source;
        this.regex = regex;
    }

    /** Parses a pattern. */
    public static CallPattern of(String pattern) {
        String path = pattern.substring(pattern.indexOf(' ') + 1);
        if (!path.startsWith("/") && !path.startsWith("*")) {
            throw new InvalidOptionException("pathPattern", pattern, "must be '[METHOD ]/path'");
        }
        StringBuilder regex = new StringBuilder(pattern.indexOf(' ') < 0 ? "[A-Z]+ " : "");
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != '*') {
                regex.append(Pattern.quote(String.valueOf(c)));
            } else if (i + 1 < pattern.length() && pattern.charAt(i + 1) == '*') {
                regex.append(".*");
                i++;
            } else {
                regex.append("[^/]*");
            }
        }
        return new CallPattern(pattern, Pattern.compile(regex.toString()));
    }

    boolean matches(ServerRequest request) {
        return matches(request.method(), request.path());
    }

    /** Whether it is for this call. */
    public boolean matches(String method, String path) {
        return regex.matcher(method + " " + path).matches();
    }

    @Override
    public String toString() {
        return source;
    }
}
