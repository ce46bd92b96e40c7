package io.agentruntime.atomemo;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.net.NetOptions;
import io.agentruntime.telemetry.Telemetry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Configures an {@link AtomemoPlugin}. {@code version} is required unless the application's jar tells it, everything else
 * has a default. A value that cannot work fails here, with an {@link InvalidOptionException} that names the option.
 */
public final class AtomemoPluginBuilder {

    private final Map<String, Object> fields = new LinkedHashMap<>();
    private @Nullable AtomemoEnvironment environment;
    private @Nullable Author author;
    private Path definitionFile = Path.of("definition.json");
    private Path configFile = Path.of(System.getProperty("user.home", "."), ".choiceform", "atomemo.json");
    private int maxRunning = 256;
    private int maxQueued = 1024;
    private long maxQueuedBytes = 64L << 20;
    private int maxAnswers = 4096;
    private long maxAnswerBytes = 32L << 20;
    private int maxAnswerSize = 8_000_000;
    private Duration requestTimeout = Duration.ofMinutes(5);
    private Duration hubCallTimeout = Duration.ofSeconds(30);
    private Duration shutdownTimeout = Duration.ofSeconds(10);
    private Duration fileTimeout = Duration.ofMinutes(5);
    private long maxFileBytes = 1L << 30;
    private long maxLoadedBytes = 16L << 20;
    private String uploadPrefix = "plugin";
    private UnaryOperator<TransporterBuilder> transporter = UnaryOperator.identity();
    private UnaryOperator<NetOptions.Builder> net = UnaryOperator.identity();
    private @Nullable HttpExchange http;
    private Scheduler timer = Schedulers.parallel();
    private Telemetry telemetry = Telemetry.none();

    AtomemoPluginBuilder(String name, @Nullable String version) {
        fields.put("name", name);
        fields.put("display_name", LocalizedText.english(name));
        fields.put("description", LocalizedText.english(name));
        fields.put("icon", "");
        if (version != null) {
            fields.put("version", version);
        }
        fields.put("locales", List.of("en_US"));
        fields.put("lang", "typescript");
    }

    /** What users see as its name; default: its name. */
    public AtomemoPluginBuilder displayName(LocalizedText text) {
        fields.put("display_name", text);
        return this;
    }

    /** What it is good for; default: its name. */
    public AtomemoPluginBuilder description(LocalizedText text) {
        fields.put("description", text);
        return this;
    }

    /** An emoji or the address of an image; default: none. */
    public AtomemoPluginBuilder icon(String icon) {
        fields.put("icon", icon);
        return this;
    }

    /** Its version, e.g. {@code 1.0.0}; default: the implementation version in the manifest of the application's jar. */
    public AtomemoPluginBuilder version(String version) {
        fields.put("version", version);
        return this;
    }

    /** Where its source is, an {@code http} or {@code https} address; default: not told. */
    public AtomemoPluginBuilder repo(String url) {
        fields.put("repo", url);
        return this;
    }

    /** The languages of its texts; default {@code en_US}. */
    public AtomemoPluginBuilder locales(String... locales) {
        fields.put("locales", List.of(locales));
        return this;
    }

    /** What it is written in, in the words of the platform: {@code typescript} (default) or {@code elixir}. */
    public AtomemoPluginBuilder lang(String language) {
        fields.put("lang", language);
        return this;
    }

    /** Who has written it; default: see {@link AtomemoPlugin#author()}. */
    public AtomemoPluginBuilder author(String name, String email) {
        this.author = new Author(name, email);
        return this;
    }

    /** What the platform says of the hub; default {@link AtomemoEnvironment#fromSystem()}. */
    public AtomemoPluginBuilder environment(AtomemoEnvironment variables) {
        this.environment = variables;
        return this;
    }

    /** The connection to the hub: heartbeat, listeners, socket. */
    public AtomemoPluginBuilder transporter(UnaryOperator<TransporterBuilder> spec) {
        this.transporter = spec;
        return this;
    }

    /** Where the definition is written in debug mode, and the author is read in release mode; default {@code definition.json}. */
    public AtomemoPluginBuilder definitionFile(Path file) {
        this.definitionFile = file;
        return this;
    }

    /** What the platform's command line tool has stored at login; default {@code ~/.choiceform/atomemo.json}. */
    public AtomemoPluginBuilder configFile(Path file) {
        this.configFile = file;
        return this;
    }

    /** How many requests run at the same time; default 256. */
    public AtomemoPluginBuilder maxRunning(int requests) {
        this.maxRunning = Checks.atLeast("maxRunning", requests, 1);
        return this;
    }

    /** How many requests wait for one of those to end; default 1024. Further ones are answered with an error. */
    public AtomemoPluginBuilder maxQueued(int requests) {
        this.maxQueued = Checks.atLeast("maxQueued", requests, 0);
        return this;
    }

    /** How many bytes those have together that wait; default 64 MiB. Further ones are answered with an error. */
    public AtomemoPluginBuilder maxQueuedBytes(long bytes) {
        this.maxQueuedBytes = Checks.atLeast("maxQueuedBytes", bytes, 1);
        return this;
    }

    /**
     * How many answers are kept, for requests that the hub delivers again and for answers that may not have arrived; default
     * 4096.
     */
    public AtomemoPluginBuilder maxAnswers(int answers) {
        this.maxAnswers = Checks.atLeast("maxAnswers", answers, 1);
        return this;
    }

    /** How many bytes the answers have together that are kept; default 32 MiB. */
    public AtomemoPluginBuilder maxAnswerBytes(long bytes) {
        this.maxAnswerBytes = Checks.atLeast("maxAnswerBytes", bytes, 1);
        return this;
    }

    /**
     * The largest answer in bytes; default 8,000,000. In place of a larger one the hub gets an error: it might close the
     * connection for it, again and again.
     */
    public AtomemoPluginBuilder maxAnswerSize(int bytes) {
        this.maxAnswerSize = Checks.atLeast("maxAnswerSize", bytes, 1 << 10);
        return this;
    }

    /** How long a request may run; default 5 min. */
    public AtomemoPluginBuilder requestTimeout(Duration limit) {
        this.requestTimeout = Checks.positive("requestTimeout", limit);
        return this;
    }

    /** How long the hub may take for its answer to a call; default 30 s. */
    public AtomemoPluginBuilder hubCallTimeout(Duration limit) {
        this.hubCallTimeout = Checks.positive("hubCallTimeout", limit);
        return this;
    }

    /** How long {@link AtomemoPlugin#stop()} waits for what is running; default 10 s. */
    public AtomemoPluginBuilder shutdownTimeout(Duration limit) {
        this.shutdownTimeout = Checks.positive("shutdownTimeout", limit);
        return this;
    }

    /** How long an upload may take, and a download until its first byte; default 5 min. */
    public AtomemoPluginBuilder fileTimeout(Duration limit) {
        this.fileTimeout = Checks.positive("fileTimeout", limit);
        return this;
    }

    /** The largest file that is downloaded or uploaded; default 1 GiB. */
    public AtomemoPluginBuilder maxFileBytes(long bytes) {
        this.maxFileBytes = Checks.atLeast("maxFileBytes", bytes, 1);
        return this;
    }

    /** The largest file that {@link FileContext#load} takes into memory; default 16 MiB. */
    public AtomemoPluginBuilder maxLoadedBytes(long bytes) {
        this.maxLoadedBytes = Checks.atLeast("maxLoadedBytes", bytes, 1);
        return this;
    }

    /** What the keys of uploaded files begin with in the store; default {@code plugin}. */
    public AtomemoPluginBuilder uploadPrefix(String prefix) {
        this.uploadPrefix = prefix;
        return this;
    }

    /** The way of HTTP requests: connect limit, TLS, proxy. The socket has its own, in {@code transporter}. */
    public AtomemoPluginBuilder net(UnaryOperator<NetOptions.Builder> spec) {
        this.net = spec;
        return this;
    }

    /** Another way than Reactor Netty to ask who the author is, for tests in memory. Files do not go this way. */
    public AtomemoPluginBuilder http(HttpExchange exchange) {
        this.http = exchange;
        return this;
    }

    /** Where delays and limits are kept, the socket's too; default {@link Schedulers#parallel()}. */
    public AtomemoPluginBuilder timer(Scheduler scheduler) {
        this.timer = scheduler;
        return this;
    }

    /** Who hears of what the plugin's connection does: meters, observations. Default {@link Telemetry#none()}. */
    public AtomemoPluginBuilder telemetry(Telemetry watcher) {
        this.telemetry = watcher;
        return this;
    }

    /**
     * The plugin, not running yet.
     *
     * <p>Errors: {@link InvalidOptionException} when what it says of itself is not what the platform demands; {@link
     * InvalidEnvironmentException}.
     */
    public AtomemoPlugin build() {
        Map<String, Object> plugin = told();
        DefinitionRules.plugin(plugin);
        AtomemoEnvironment variables = environment == null ? AtomemoEnvironment.fromSystem() : environment;
        ReactorHttpExchange own =
                ReactorHttpExchange.create(net.apply(NetOptions.builder()).build(), HttpOptions.defaults(), timer);
        PluginSettings settings = new PluginSettings(
                variables,
                author,
                definitionFile,
                configFile,
                maxRunning,
                maxQueued,
                maxQueuedBytes,
                maxAnswers,
                maxAnswerBytes,
                maxAnswerSize,
                requestTimeout,
                hubCallTimeout,
                shutdownTimeout,
                http == null ? own : http,
                new FileTransfers(own, own, fileTimeout, maxFileBytes, maxLoadedBytes, uploadPrefix),
                own.close(),
                timer);
        Transporter connection = transporter
                .apply(Transporter.builder(variables).timer(timer).telemetry(telemetry))
                .build();
        return new AtomemoPlugin(settings, connection, plugin);
    }

    /** In the order of the definition. */
    private Map<String, Object> told() {
        Map<String, Object> plugin = new LinkedHashMap<>();
        if (author != null) {
            fields.put("author", author.name());
            fields.put("email", author.email());
        }
        for (String field : PluginDefinition.OWN_FIELDS) {
            Object value = fields.get(field);
            if (value != null) {
                plugin.put(field, value);
            }
        }
        return Definitions.copy(plugin);
    }
}
