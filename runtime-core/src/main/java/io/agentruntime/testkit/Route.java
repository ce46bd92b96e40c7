package io.agentruntime.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call that the gateway answers.
 *
 * @param path with {@code *} for each variable segment
 * @param forRegistered whether an agent that is not registered yet is refused
 */
record Route(String method, String path, boolean forRegistered, Function<Call, Answer> handler) {

    Route(String method, String path, Function<Call, Answer> handler) {
        this(method, path, true, handler);
    }

    /** The path's variable segments, or {@code null} where it is another call. */
    @Nullable
    List<String> match(String actualMethod, String actualPath) {
        if (!method.equals(actualMethod)) {
            return null;
        }
        String[] wanted = path.split("/", -1);
        String[] actual = (actualPath.endsWith("/") ? actualPath.substring(0, actualPath.length() - 1) : actualPath)
                .split("/", -1);
        if (wanted.length != actual.length) {
            return null;
        }
        List<String> params = new ArrayList<>();
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("*") && !actual[i].isEmpty()) {
                params.add(actual[i]);
            } else if (!wanted[i].equals(actual[i])) {
                return null;
            }
        }
        return params;
    }
}
