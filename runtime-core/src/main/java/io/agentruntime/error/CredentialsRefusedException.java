package io.agentruntime.error;

import org.jspecify.annotations.Nullable;

/** The server closed a new connection because it does not accept the credentials. The message names the options to check. */
public final class CredentialsRefusedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    /**
     * A refusal.
     *
     * @param options the options that carry the credentials, e.g. {@code pluginId and pluginToken}
     * @param cause how the connection ended
     */
    public CredentialsRefusedException(String options, @Nullable Throwable cause) {
        super("The server refused the credentials; check " + options, cause);
    }
}
