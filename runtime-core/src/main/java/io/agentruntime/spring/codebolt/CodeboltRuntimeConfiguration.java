package io.agentruntime.spring.codebolt;

import io.agentruntime.codebolt.CodeboltPlugin;
import io.agentruntime.codebolt.CodeboltPluginBuilder;
import io.agentruntime.spring.ConditionalOnSingleRuntime;
import io.agentruntime.spring.InvalidPropertyException;
import io.agentruntime.spring.RuntimeResources;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The plugin that properties describe. */
@Configuration(proxyBeanMethods = false)
class CodeboltRuntimeConfiguration {

    @Bean
    @ConditionalOnSingleRuntime(prefix = "codebolt", property = "plugin-id")
    @ConditionalOnMissingBean
    CodeboltConnectionDetails codeboltConnectionDetails(CodeboltProperties properties) {
        return new PropertiesConnectionDetails(properties);
    }

    @Bean
    @ConditionalOnBean(CodeboltConnectionDetails.class)
    @ConditionalOnMissingBean
    CodeboltPlugin codeboltPlugin(
            CodeboltProperties properties,
            CodeboltConnectionDetails server,
            RuntimeResources resources,
            ObjectProvider<CodeboltPluginCustomizer> customizers) {
        return InvalidPropertyException.naming("codebolt", () -> {
            CodeboltPluginBuilder builder = CodeboltPlugin.builder().serverUrl(server.getServerUrl());
            PropertyMapper map = PropertyMapper.get();
            map.from(server.getPluginId()).to(builder::pluginId);
            map.from(server.getPluginToken()).to(builder::pluginToken);
            map.from(resources.jsonMapper()).to(builder::jsonMapper);
            builder.telemetry(resources.telemetry("default"));
            apply(properties, builder);
            builder.net(net -> resources.net(net, properties.net(), properties.ssl(), server.getSslBundle()));
            customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
            return builder.build();
        });
    }

    private static void apply(CodeboltProperties properties, CodeboltPluginBuilder builder) {
        PropertyMapper.get().from(properties.livenessTimeout()).to(builder::livenessTimeout);
        builder.pingInterval(properties.pingInterval())
                .handshakeTimeout(properties.handshakeTimeout())
                .startTimeout(properties.startTimeout())
                .requestTimeout(properties.requestTimeout())
                .registerTimeout(properties.registerTimeout())
                .stopTimeout(properties.stopTimeout())
                .closeTimeout(properties.closeTimeout())
                .maxReadPause(properties.maxReadPause())
                .sendPatience(properties.sendPatience())
                .acknowledgeReplies(properties.acknowledgeReplies())
                .reconnect(policy -> properties.reconnect().applyTo(policy, properties.autoConnect()))
                .webSocket(properties.webSocket()::applyTo)
                .streams(properties.streams().toOptions());
    }

    private record PropertiesConnectionDetails(CodeboltProperties properties) implements CodeboltConnectionDetails {

        @Override
        public String getServerUrl() {
            return properties.serverUrl();
        }

        @Override
        public @Nullable String getPluginId() {
            return properties.pluginId();
        }

        @Override
        public @Nullable String getPluginToken() {
            return properties.pluginToken();
        }
    }
}
