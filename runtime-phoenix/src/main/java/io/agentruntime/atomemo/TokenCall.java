package io.agentruntime.atomemo;

/**
 * The hub wants the tokens for the code that came of a user's consent.
 *
 * @param credentialName the kind of credential
 * @param credential its values so far
 * @param code the code
 * @param redirectUri the address that was given to {@link AuthorizeUrlCall}
 * @param context what else the plugin can use
 */
public record TokenCall(
        String credentialName, CredentialValues credential, String code, String redirectUri, PluginContext context) {

    /** Without the code. */
    @Override
    public String toString() {
        return "TokenCall[" + credentialName + "]";
    }
}
