package io.agentruntime.atomemo;

import java.util.Map;

/**
 * The hub wants the fields of a resource mapper.
 *
 * @param toolName the tool
 * @param method the mapping
 * @param parameters the tool's parameters so far
 * @param credentials the credentials chosen so far
 * @param context what else the plugin can use
 */
public record MappingCall(
        String toolName,
        String method,
        Arguments parameters,
        Map<String, CredentialValues> credentials,
        PluginContext context) {}
