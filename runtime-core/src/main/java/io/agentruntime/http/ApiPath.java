package io.agentruntime.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * Writes a path and its query with everything percent-encoded that must be (RFC 3986, section 2.3):
 *
 * <pre>{@code
 * ApiPath.of("/v1/channels/{id}/messages", id).query("limit", 200).query("before", before).toString()
 * }</pre>
 *
 * <p>Immutable.
 */
public final class ApiPath {

    private static final String UNRESERVED = "-._~";

    private final String template;
    private final String path;
    private final String query;

    private ApiPath(String template, String path, String query) {
        this.template = template;
        this.path = path;
        this.query = query;
    }

    /**
     * Fills the placeholders of a template.
     *
     * @param template a path that begins with {@code /}, already encoded, with placeholders such as {@code {id}}
     * @param segments the values of the placeholders, in order, each one segment of the path
     * @throws IllegalArgumentException when their numbers differ, or a value is empty, {@code .} or {@code ..}, which would
     *     make it another path
     */
    public static ApiPath of(String template, Object... segments) {
        StringBuilder path = new StringBuilder();
        int from = 0;
        for (Object segment : segments) {
            int open = template.indexOf('{', from);
            int close = template.indexOf('}', open);
            if (open < 0 || close < 0) {
                throw new IllegalArgumentException("More values than placeholders for " + template);
            }
            String value = segment.toString();
            if (value.isEmpty() || value.equals(".") || value.equals("..")) {
                throw new IllegalArgumentException(
                        "The value of " + template.substring(open, close + 1) + " must not be '" + value + "'");
            }
            path.append(template, from, open).append(encode(value));
            from = close + 1;
        }
        if (template.indexOf('{', from) >= 0) {
            throw new IllegalArgumentException("More placeholders than values for " + template);
        }
        return new ApiPath(
                template, path.append(template, from, template.length()).toString(), "");
    }

    /** A path that is encoded already, with its query if it has one, and whose template nobody knows. */
    public static ApiPath encoded(String path) {
        int query = path.indexOf('?');
        return query < 0 ? new ApiPath("", path, "") : new ApiPath("", path.substring(0, query), path.substring(query));
    }

    /** Adds a query parameter; {@code null} adds nothing. */
    public ApiPath query(String name, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        String parameter = encode(name) + "=" + encode(value.toString());
        return new ApiPath(template, path, query.isEmpty() ? "?" + parameter : query + "&" + parameter);
    }

    /** Percent-encodes everything but letters, digits and {@code - . _ ~}. */
    private static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 8);
        for (byte b : text.getBytes(UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
                encoded.append(c);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 0xf, 16)));
            }
        }
        return encoded.toString();
    }

    /** The path with its placeholders, before they were filled; empty when it is not known. */
    public String template() {
        return template;
    }

    /** The path alone. */
    public String path() {
        return path;
    }

    /** The path with its query, as {@link JsonHttpClient} takes it. */
    @Override
    public String toString() {
        return path + query;
    }
}
