package io.agentruntime.atomemo;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The hub wants a list of what a resource locator can be.
 *
 * @param toolName the tool
 * @param method the locator
 * @param filter what the user is looking for
 * @param paginationToken the page, as the page before it said
 * @param parameters the tool's parameters so far
 * @param credentials the credentials chosen so far
 * @param context what else the plugin can use
 */
public record LocatorCall(
        String toolName,
        String method,
        @Nullable String filter,
        @Nullable String paginationToken,
        Arguments parameters,
        Map<String, CredentialValues> credentials,
        PluginContext context) {

    /** Without what a user looks for, which is private. */
    @Override
    public String toString() {
        return "LocatorCall[" + toolName + ", " + method + "]";
    }
}
