package io.agentruntime.atomemo;

/**
 * The hub wants the address at which a user consents.
 *
 * @param credentialName the kind of credential
 * @param credential its values so far
 * @param redirectUri where the user is to be sent afterwards
 * @param state what has to come back unchanged
 * @param context what else the plugin can use
 */
public record AuthorizeUrlCall(
        String credentialName, CredentialValues credential, String redirectUri, String state, PluginContext context) {

    /** Without the state, which is a secret for as long as the user takes. */
    @Override
    public String toString() {
        return "AuthorizeUrlCall[" + credentialName + "]";
    }
}
