package io.agentruntime.atomemo;

import io.agentruntime.error.NotConnectedException;
import java.lang.StackWalker.Option;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * A plugin for the Atomemo platform.
 *
 * <pre>{@code
 * AtomemoPlugin plugin = AtomemoPlugin.builder("my-plugin")
 *         .displayName(LocalizedText.english("My plugin"))
 *         .version("1.0.0")
 *         .build();
 * plugin.addTool(Tool.builder("fetch_data").invoke(call -> Mono.just(Map.of("data", "result"))).build());
 * plugin.run().subscribe();
 * }</pre>
 *
 * <p>Safe for use by many threads.
 */
public final class AtomemoPlugin {

    private static final Logger log = LoggerFactory.getLogger(AtomemoPlugin.class);

    private final PluginSettings settings;
    private final Transporter transporter;
    private final Registry registry;
    private final Map<String, Object> fields;
    private final AtomicReference<@Nullable PluginRun> current = new AtomicReference<>();

    AtomemoPlugin(PluginSettings settings, Transporter transporter, Map<String, Object> fields) {
        this.settings = settings;
        this.transporter = transporter;
        this.fields = fields;
        this.registry = new Registry(fields);
    }

    /** Starts to configure a plugin. */
    public static AtomemoPluginBuilder builder(String name) {
        Class<?> caller = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE).getCallerClass();
        return new AtomemoPluginBuilder(name, caller.getPackage().getImplementationVersion());
    }

    // ---- What it offers

    /**
     * Adds a tool. Once the plugin runs, the hub learns of it at the next registration.
     *
     * @throws io.agentruntime.error.InvalidOptionException when it is not what the platform demands, or its name is taken
     */
    public AtomemoPlugin addTool(Tool tool) {
        return add(tool);
    }

    /** Adds a credential; otherwise as {@link #addTool}. */
    public AtomemoPlugin addCredential(Credential credential) {
        return add(credential);
    }

    /** Adds a model; otherwise as {@link #addTool}. */
    public AtomemoPlugin addModel(Model model) {
        return add(model);
    }

    private AtomemoPlugin add(Feature feature) {
        registry.register(feature);
        transporter.frames().hide(Definitions.encryptedParameters(feature.definition()));
        return this;
    }

    /** What was added. */
    public Registry registry() {
        return registry;
    }

    /**
     * Who has written it: who was named in the builder; otherwise, in debug mode, who is logged in at the platform, and in
     * release mode, whom {@code definition.json} names. Errors: {@link java.io.IOException} (a file is missing), {@link
     * io.agentruntime.error.DecodeException}, {@link io.agentruntime.error.HttpStatusException} and the other errors of an
     * HTTP request.
     */
    public Mono<Author> author() {
        Author given = settings.author();
        if (given != null) {
            return Mono.just(given);
        }
        return settings.environment().mode() == HubMode.DEBUG
                ? AuthorLookup.ofSession(settings.configFile(), settings.environment(), settings.http())
                : AuthorLookup.ofDefinition(settings.definitionFile());
    }

    // ---- Running

    /** The channel at the hub: {@code debug_plugin:<name>}, or {@code release_plugin:<name>__release__<version>}. */
    public String topic() {
        Object name = fields.get("name");
        return settings.environment().mode() == HubMode.DEBUG
                ? "debug_plugin:" + name
                : "release_plugin:" + name + "__release__" + fields.get("version");
    }

    /** The connection to the hub. */
    public Transporter transporter() {
        return transporter;
    }

    /**
     * Connects to the hub, joins the plugin's channel, registers (in debug mode, and again after each reconnect) and serves
     * requests, for as long as it is subscribed. Completes after {@link #stop()}.
     *
     * <p>Errors: {@link HubRefusedException}, {@link io.agentruntime.phoenix.JoinRefusedException} and whatever else the
     * first connection fails with; {@link RegistrationRefusedException}; {@link
     * io.agentruntime.phoenix.ChannelClosedException} when the hub closes the channel; what {@link #author()} fails with in
     * debug mode; the connection's error when it is given up; {@link IllegalStateException} while it is running already.
     * Requests that are running are cancelled then, as they are when the subscription is cancelled.
     *
     * <p>As a process of its own, let {@link io.agentruntime.runner.PluginRunner} run it {@code until} this ends, and {@code
     * stop} it with {@link #close()}.
     */
    public Mono<Void> run() {
        return definition().flatMap(this::run);
    }

    /** What the hub is told. Only in debug mode anybody asks who the author is. */
    private Mono<Supplier<PluginDefinition>> definition() {
        return settings.environment().mode() == HubMode.DEBUG
                ? author().map(author -> () -> definition(author))
                : Mono.just(registry::serialize);
    }

    private PluginDefinition definition(Author author) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("author", author.name());
        all.put("email", author.email());
        return registry.serialize(all);
    }

    private Mono<Void> run(Supplier<PluginDefinition> definition) {
        return Mono.usingWhen(
                Mono.fromSupplier(() -> begin(definition)),
                PluginRun::serve,
                this::end,
                (run, error) -> end(run),
                this::end);
    }

    private PluginRun begin(Supplier<PluginDefinition> definition) {
        // What cannot be told is an error before anything is opened.
        log.debug("Starting {}", definition.get());
        PluginRun run = new PluginRun(settings, transporter, registry, definition, topic());
        if (!current.compareAndSet(null, run)) {
            throw new IllegalStateException("The plugin is running already");
        }
        return run;
    }

    /** Before anybody hears of the end: whoever does may run it again. */
    private Mono<Void> end(PluginRun run) {
        return run.release().then(Mono.fromRunnable(() -> current.compareAndSet(run, null)));
    }

    /** Calls to the hub; they fail with {@link NotConnectedException} while the plugin does not run. */
    public HubCaller hub() {
        return (event, data) -> Mono.defer(() -> {
            PluginRun run = current.get();
            return run == null
                    ? Mono.error(new NotConnectedException("not running"))
                    : run.calls().call(event, data);
        });
    }

    /**
     * Stops the plugin in good order: no more requests are taken; those that run may finish, and their answers arrive, within
     * {@code shutdownTimeout}; then the channel is left, the socket is disconnected, and {@link #run()} completes. Does
     * nothing while the plugin does not run. Never fails.
     */
    public Mono<Void> stop() {
        return Mono.defer(() -> {
            PluginRun run = current.get();
            return run == null ? Mono.empty() : run.stop();
        });
    }

    /** {@link #stop()} for good: frees every resource. Never fails; idempotent. */
    public Mono<Void> close() {
        return stop().then(transporter.close()).then(settings.releaseHttp());
    }

    @Override
    public String toString() {
        return "AtomemoPlugin[" + topic() + "]";
    }
}
