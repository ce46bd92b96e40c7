package io.agentruntime.atomemo;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the platform tells a plugin by environment variables.
 *
 * <table>
 * <caption>Variables</caption>
 * <tr><th>variable</th><th>meaning</th></tr>
 * <tr><td>{@code HUB_WS_URL}</td><td>required: the hub's base address, {@code ws} or {@code wss}</td></tr>
 * <tr><td>{@code HUB_MODE}</td><td>{@code debug} (default) or {@code release}</td></tr>
 * <tr><td>{@code HUB_DEBUG_API_KEY}</td><td>required unless {@code NODE_ENV} is {@code production}</td></tr>
 * <tr><td>{@code DEBUG}</td><td>{@code true} logs frames; default: on unless {@code NODE_ENV} is {@code production}</td></tr>
 * <tr><td>{@code NODE_ENV}</td><td>{@code development} (default), {@code production} or {@code test}</td></tr>
 * </table>
 *
 * <p>An empty variable counts as one that is not set. Immutable.
 */
public final class AtomemoEnvironment {

    private final String hubUrl;
    private final HubMode mode;
    private final NodeEnvironment node;
    private final boolean debug;
    private final @Nullable String debugApiKey;

    private AtomemoEnvironment(
            String hubUrl, HubMode mode, NodeEnvironment node, boolean debug, @Nullable String debugApiKey) {
        this.hubUrl = hubUrl;
        this.mode = mode;
        this.node = node;
        this.debug = debug;
        this.debugApiKey = debugApiKey;
    }

    /** Reads the variables of this process. Errors: {@link InvalidEnvironmentException}, which lists all that is wrong. */
    public static AtomemoEnvironment fromSystem() {
        return of(System.getenv());
    }

    /** Reads variables from a map. Errors: {@link InvalidEnvironmentException}, which lists all that is wrong. */
    public static AtomemoEnvironment of(Map<String, String> variables) {
        Reader reader = new Reader(variables);
        NodeEnvironment node = reader.choice("NODE_ENV", NodeEnvironment.DEVELOPMENT, NodeEnvironment.values());
        HubMode mode = reader.choice("HUB_MODE", HubMode.DEBUG, HubMode.values());
        boolean production = node == NodeEnvironment.PRODUCTION;
        String url = reader.url("HUB_WS_URL");
        String key = reader.key("HUB_DEBUG_API_KEY", !production);
        String debug = reader.text("DEBUG");
        if (!reader.problems.isEmpty()) {
            throw new InvalidEnvironmentException(reader.problems);
        }
        return new AtomemoEnvironment(
                url, mode, node, debug == null ? !production : debug.equalsIgnoreCase("true"), key);
    }

    /** The hub's base address, without a slash at its end. */
    public String hubUrl() {
        return hubUrl;
    }

    /** Debug or release. */
    public HubMode mode() {
        return mode;
    }

    /** Where the plugin runs. */
    public NodeEnvironment node() {
        return node;
    }

    /** Whether frames are logged. */
    public boolean debug() {
        return debug;
    }

    /** The address of the socket: {@code <HUB_WS_URL>/<HUB_MODE>_socket}. */
    public String socketUrl() {
        return hubUrl + "/" + mode.wireName() + "_socket";
    }

    boolean isProduction() {
        return node == NodeEnvironment.PRODUCTION;
    }

    /** What the socket is opened with: the key, outside production. */
    Map<String, Object> socketParams() {
        return isProduction() || debugApiKey == null ? Map.of() : Map.of("api_key", debugApiKey);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "AtomemoEnvironment[" + socketUrl() + ", " + node + ", debug=" + debug + "]";
    }

    /** Reads variables one by one and goes on behind a bad one, so that all problems are told at once. */
    private static final class Reader {

        final List<String> problems = new ArrayList<>();
        private final Map<String, String> variables;

        Reader(Map<String, String> variables) {
            this.variables = variables;
        }

        @Nullable
        String text(String name) {
            String value = variables.get(name);
            return value == null || value.isBlank() ? null : value.strip();
        }

        <E extends Enum<E>> E choice(String name, E byDefault, E[] choices) {
            String value = text(name);
            if (value == null) {
                return byDefault;
            }
            for (E choice : choices) {
                if (choice.name().toLowerCase(Locale.ROOT).equals(value)) {
                    return choice;
                }
            }
            String allowed = Arrays.stream(choices)
                    .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", "));
            problems.add(name + " must be one of " + allowed + ", but was: " + value);
            return byDefault;
        }

        String url(String name) {
            String value = text(name);
            if (value == null) {
                problems.add(name + " is required: the address of the plugin hub, e.g. wss://api.atomemo.ai");
                return "";
            }
            if (!isWebSocket(value)) {
                // Not shown: what is no address may well be the key, in the wrong variable.
                problems.add(name + " must be a ws or wss address of a host, without query or user info");
            }
            return value.replaceAll("/+$", "");
        }

        private static boolean isWebSocket(String value) {
            try {
                URI uri = new URI(value);
                boolean scheme = "ws".equalsIgnoreCase(uri.getScheme()) || "wss".equalsIgnoreCase(uri.getScheme());
                return scheme
                        && uri.getHost() != null
                        && uri.getRawUserInfo() == null
                        && uri.getRawQuery() == null
                        && uri.getRawFragment() == null;
            } catch (URISyntaxException e) {
                return false;
            }
        }

        @Nullable
        String key(String name, boolean required) {
            String value = text(name);
            if (value == null && required) {
                problems.add(name
                        + " is required unless NODE_ENV is production; run 'atomemo plugin refresh-key' to get one");
            }
            return value;
        }
    }
}
