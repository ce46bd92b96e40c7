package io.agentruntime.atomemo;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What the hub asks a plugin for. */
enum HubEvent {
    INVOKE_TOOL,
    CREDENTIAL_AUTH_SPEC,
    LOCATOR_LIST,
    RESOURCE_MAPPING,
    OAUTH2_BUILD_AUTHORIZE_URL,
    OAUTH2_GET_TOKEN,
    OAUTH2_REFRESH_TOKEN;

    static Optional<HubEvent> of(String wireName) {
        return Arrays.stream(values())
                .filter(event -> event.wireName().equals(wireName))
                .findFirst();
    }

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
