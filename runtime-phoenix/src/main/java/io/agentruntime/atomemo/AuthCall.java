package io.agentruntime.atomemo;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The hub wants to know how a provider is called with a credential.
 *
 * @param credentialName the kind of credential
 * @param credential its values
 * @param extra what else the hub says, e.g. the {@code model}
 * @param context what else the plugin can use
 */
public record AuthCall(
        String credentialName,
        CredentialValues credential,
        Map<String, @Nullable Object> extra,
        PluginContext context) {

    /** Without what the hub says, for it may be private. */
    @Override
    public String toString() {
        return "AuthCall[" + credentialName + "]";
    }
}
