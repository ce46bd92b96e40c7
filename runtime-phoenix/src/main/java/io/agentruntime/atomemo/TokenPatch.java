package io.agentruntime.atomemo;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What changes in a credential's parameters. Immutable; secret, so that {@link #toString()} shows names only. */
public final class TokenPatch {

    private final Map<String, Object> patch;

    private TokenPatch(Map<String, Object> patch) {
        this.patch = Collections.unmodifiableMap(patch);
    }

    /** A new access token. */
    public static TokenPatch accessToken(String token) {
        Map<String, Object> patch = new LinkedHashMap<>();
        patch.put("access_token", token);
        return new TokenPatch(patch);
    }

    /** A new refresh token: always in the answer to a code. */
    public TokenPatch refreshToken(String token) {
        return with("refresh_token", token);
    }

    /** When the access token expires. The hub renews it by itself before that; without it never. */
    public TokenPatch expiresAt(Instant moment) {
        return with("expires_at", moment.getEpochSecond());
    }

    /** This, and one more parameter. */
    public TokenPatch with(String parameter, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(patch);
        all.put(parameter, value);
        return new TokenPatch(all);
    }

    @JsonValue
    Map<String, Object> fields() {
        return Map.of("parameters_patch", patch);
    }

    @Override
    public String toString() {
        return "TokenPatch" + patch.keySet();
    }
}
