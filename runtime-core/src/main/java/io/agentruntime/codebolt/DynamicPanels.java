package io.agentruntime.codebolt;

import io.agentruntime.json.JsonPayload;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Panels of the user interface. Every call emits the answer's content and fails as {@link CodeboltPlugin#request} does.
 */
public final class DynamicPanels {

    private final CodeboltPlugin plugin;
    private final CodeboltSettings settings;
    private final PluginHub hub;

    DynamicPanels(CodeboltPlugin plugin, CodeboltSettings settings, PluginHub hub) {
        this.plugin = plugin;
        this.settings = settings;
        this.hub = hub;
    }

    /** Opens a panel. */
    public Mono<JsonPayload> open(Panel panel) {
        return show("dynamicPanel.open", panel);
    }

    /** Shows something else in a panel. */
    public Mono<JsonPayload> update(Panel panel) {
        return show("dynamicPanel.update", panel);
    }

    /** Closes a panel. */
    public Mono<JsonPayload> close(String panelId) {
        return call("dynamicPanel.close", Map.of("panelId", panelId), Duration.ZERO);
    }

    /** Sends data to a panel's page. */
    public Mono<JsonPayload> send(String panelId, Object data) {
        return call("dynamicPanel.send", Map.of("panelId", panelId, "data", data), Duration.ZERO);
    }

    /** The panels that are open. */
    public Mono<JsonPayload> list() {
        return call("dynamicPanel.list", Map.of(), Duration.ZERO);
    }

    /** What somebody did in any panel. Hot, as {@link Gateway#replies()}. */
    public Flux<PanelMessage> messages() {
        return messages(settings.streams());
    }

    /** What somebody did in any panel, served with options of one's own. */
    public Flux<PanelMessage> messages(StreamOptions options) {
        return hub.panels.all(options);
    }

    /** What somebody did in one panel. */
    public Flux<PanelMessage> messages(String panelId) {
        return hub.panels.of(panelId, settings.streams());
    }

    private Mono<JsonPayload> show(String type, Panel panel) {
        Map<String, Object> params = new LinkedHashMap<>();
        params.put("panelId", panel.panelId());
        params.put("title", panel.title());
        params.put("html", panel.html());
        params.put("data", panel.data());
        params.values().removeIf(value -> value == null);
        Duration patience = panel.responseTimeout();
        if (patience == null) {
            return call(type, params, Duration.ZERO);
        }
        params.put("waitForResponse", true);
        params.put("timeout", patience.toMillis());
        return call(type, params, patience);
    }

    /** @param patience how long the server may wait before it answers at all */
    private Mono<JsonPayload> call(String type, Map<String, ?> params, Duration patience) {
        return plugin.answer(
                        type,
                        Map.of("params", params),
                        settings.requestTimeout().plus(patience))
                .map(PluginAnswer::data);
    }
}
