package io.agentruntime.phoenix.spring;

import io.agentruntime.atomemo.AtomemoEnvironment;
import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.atomemo.AtomemoPluginBuilder;
import io.agentruntime.atomemo.Credential;
import io.agentruntime.atomemo.InvalidEnvironmentException;
import io.agentruntime.atomemo.LocalizedText;
import io.agentruntime.atomemo.Model;
import io.agentruntime.atomemo.Tool;
import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.spring.ConditionalOnSingleRuntime;
import io.agentruntime.spring.InvalidPropertyException;
import io.agentruntime.spring.RuntimeResources;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The plugin that properties describe, with the tools, credentials and models that are beans. */
@Configuration(proxyBeanMethods = false)
class AtomemoRuntimeConfiguration {

    /** The environment's variables, by the property that each comes from. */
    private static final Map<String, String> VARIABLES = Map.of(
            "HUB_WS_URL", "hubUrl",
            "HUB_DEBUG_API_KEY", "debugApiKey");

    @Bean
    @ConditionalOnSingleRuntime(prefix = "atomemo", property = "hub-url")
    @ConditionalOnMissingBean
    AtomemoConnectionDetails atomemoConnectionDetails(AtomemoProperties properties) {
        return new PropertiesConnectionDetails(properties);
    }

    @Bean
    @ConditionalOnBean(AtomemoConnectionDetails.class)
    @ConditionalOnMissingBean
    AtomemoPlugin atomemoPlugin(
            AtomemoProperties properties,
            AtomemoConnectionDetails hub,
            RuntimeResources resources,
            ObjectProvider<BuildProperties> build,
            ObjectProvider<AtomemoPluginCustomizer> customizers,
            ObjectProvider<Tool> tools,
            ObjectProvider<Credential> credentials,
            ObjectProvider<Model> models) {
        AtomemoPlugin plugin = InvalidPropertyException.naming("atomemo", () -> {
            AtomemoPluginBuilder builder = AtomemoPlugin.builder(Checks.required("name", properties.name()))
                    .version(Checks.required("version", version(properties, build.getIfAvailable())))
                    .environment(environment(properties, hub));
            builder.telemetry(resources.telemetry("default"));
            describe(properties, builder);
            apply(properties, builder);
            connect(properties, hub, resources, builder);
            customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
            return builder.build();
        });
        tools.orderedStream().forEach(plugin::addTool);
        credentials.orderedStream().forEach(plugin::addCredential);
        models.orderedStream().forEach(plugin::addModel);
        return plugin;
    }

    private static @Nullable String version(AtomemoProperties properties, @Nullable BuildProperties build) {
        return properties.version() != null || build == null ? properties.version() : build.getVersion();
    }

    private static AtomemoEnvironment environment(AtomemoProperties properties, AtomemoConnectionDetails hub) {
        Map<String, String> variables = new HashMap<>();
        variables.put("HUB_WS_URL", hub.getHubUrl());
        variables.put("HUB_MODE", properties.mode().wireName());
        variables.put("NODE_ENV", properties.environment().name().toLowerCase(Locale.ROOT));
        PropertyMapper map = PropertyMapper.get();
        map.from(hub.getDebugApiKey()).to(key -> variables.put("HUB_DEBUG_API_KEY", key));
        map.from(properties.logFrames()).to(log -> variables.put("DEBUG", log.toString()));
        try {
            return AtomemoEnvironment.of(variables);
        } catch (InvalidEnvironmentException e) {
            String[] problem = e.problems().get(0).split(" ", 2);
            throw new InvalidOptionException(
                    VARIABLES.getOrDefault(problem[0], problem[0]), "a value that is not shown", problem[1]);
        }
    }

    private static void describe(AtomemoProperties properties, AtomemoPluginBuilder builder) {
        PropertyMapper map = PropertyMapper.get();
        map.from(properties.displayName()).as(LocalizedText::english).to(builder::displayName);
        map.from(properties.description()).as(LocalizedText::english).to(builder::description);
        map.from(properties.icon()).to(builder::icon);
        map.from(properties.repo()).to(builder::repo);
        if (properties.authorName() != null && properties.authorEmail() != null) {
            builder.author(properties.authorName(), properties.authorEmail());
        }
        builder.locales(properties.locales().toArray(String[]::new));
    }

    private static void apply(AtomemoProperties properties, AtomemoPluginBuilder builder) {
        PropertyMapper.get().from(properties.configFile()).as(Path::of).to(builder::configFile);
        builder.definitionFile(Path.of(properties.definitionFile()))
                .maxRunning(properties.maxRunning())
                .maxQueued(properties.maxQueued())
                .maxQueuedBytes(properties.maxQueuedBytes().toBytes())
                .maxAnswers(properties.maxAnswers())
                .maxAnswerBytes(properties.maxAnswerBytes().toBytes())
                .maxAnswerSize(InvalidPropertyException.toInt("maxAnswerSize", properties.maxAnswerSize()))
                .requestTimeout(properties.requestTimeout())
                .hubCallTimeout(properties.hubCallTimeout())
                .shutdownTimeout(properties.shutdownTimeout())
                .fileTimeout(properties.fileTimeout())
                .maxFileBytes(properties.maxFileBytes().toBytes())
                .maxLoadedBytes(properties.maxLoadedBytes().toBytes())
                .uploadPrefix(properties.uploadPrefix());
    }

    private static void connect(
            AtomemoProperties properties,
            AtomemoConnectionDetails hub,
            RuntimeResources resources,
            AtomemoPluginBuilder builder) {
        builder.net(net -> resources.net(net, properties.net(), properties.ssl(), hub.getSslBundle()))
                .transporter(transporter -> transporter
                        .heartbeatInterval(properties.heartbeatInterval())
                        .socket(socket -> socket.reconnect(
                                        policy -> properties.reconnect().applyTo(policy, properties.autoConnect()))
                                .net(net -> resources.net(net, properties.net(), properties.ssl(), hub.getSslBundle()))
                                .webSocket(properties.webSocket()::applyTo)));
    }

    private record PropertiesConnectionDetails(AtomemoProperties properties) implements AtomemoConnectionDetails {

        @Override
        public String getHubUrl() {
            return Objects.requireNonNull(properties.hubUrl());
        }

        @Override
        public @Nullable String getDebugApiKey() {
            return properties.debugApiKey();
        }
    }
}
