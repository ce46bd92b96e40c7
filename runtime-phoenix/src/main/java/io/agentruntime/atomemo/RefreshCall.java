package io.agentruntime.atomemo;

/**
 * The hub wants new tokens for old ones.
 *
 * @param credentialName the kind of credential
 * @param credential its values, the refresh token among them
 * @param context what else the plugin can use
 */
public record RefreshCall(String credentialName, CredentialValues credential, PluginContext context) {}
