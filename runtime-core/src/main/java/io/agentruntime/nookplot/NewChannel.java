package io.agentruntime.nookplot;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A channel to be created.
 *
 * @param slug its short name: 1 to 128 of {@code a-z 0-9 _ -}
 * @param name its name, at most 256 characters
 * @param description what it is for
 * @param channelType {@code community}, {@code clique}, {@code custom} or {@code project}
 * @param isPublic whether everybody may join; the gateway's default when {@code null}
 * @param metadata anything, at most 4 KB as JSON
 */
public record NewChannel(
        String slug,
        @Nullable String name,
        @Nullable String description,
        @Nullable String channelType,
        @Nullable Boolean isPublic,
        @Nullable Map<String, Object> metadata) {

    private static final Pattern SLUG = Pattern.compile("[a-z0-9_-]{1,128}");

    public NewChannel {
        if (!SLUG.matcher(slug).matches()) {
            throw new InvalidOptionException("slug", slug, "must be 1 to 128 of a-z, 0-9, '_' and '-'");
        }
        if (name != null) {
            Checks.atMost("name", name, 256);
        }
    }

    /** A channel with a slug and a name, everything else as the gateway has it. */
    public static NewChannel of(String slug, String name) {
        return new NewChannel(slug, name, null, null, null, null);
    }

    public NewChannel withDescription(String text) {
        return new NewChannel(slug, name, text, channelType, isPublic, metadata);
    }

    public NewChannel ofType(String type) {
        return new NewChannel(slug, name, description, type, isPublic, metadata);
    }

    public NewChannel asPublic(boolean everybody) {
        return new NewChannel(slug, name, description, channelType, everybody, metadata);
    }

    public NewChannel withMetadata(Map<String, Object> anything) {
        return new NewChannel(slug, name, description, channelType, isPublic, Map.copyOf(anything));
    }
}
