package io.agentruntime.codebolt;

import io.agentruntime.error.Checks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A panel of the user interface, made of HTML or of data.
 *
 * @param panelId its id, chosen by the plugin
 * @param title its title
 * @param html its page
 * @param data what it shows, any JSON, where the server makes the page
 * @param responseTimeout how long the server waits for somebody to answer in it; {@code null} when nobody is to
 */
public record Panel(
        String panelId,
        @Nullable String title,
        @Nullable String html,
        @Nullable Object data,
        @Nullable Duration responseTimeout) {

    /** Checks the id. */
    public Panel {
        Checks.text("panelId", panelId);
        if (responseTimeout != null) {
            Checks.positive("responseTimeout", responseTimeout);
        }
    }

    /** A panel with a page of its own. */
    public static Panel ofHtml(String panelId, String title, String html) {
        return new Panel(panelId, title, html, null, null);
    }

    /** A panel with data. */
    public static Panel ofData(String panelId, String title, Object data) {
        return new Panel(panelId, title, null, data, null);
    }

    /** The same panel, whose request is answered only when somebody has answered in it, or nobody has for so long. */
    public Panel awaitingResponse(Duration timeout) {
        return new Panel(panelId, title, html, data, timeout);
    }
}
