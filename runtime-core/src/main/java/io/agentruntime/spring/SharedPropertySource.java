package io.agentruntime.spring;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;

/** Shows what is said for all runtimes of a protocol ({@code nookplot.x}) as said for one ({@code nookplot.runtimes.a.x}). */
final class SharedPropertySource implements IterableConfigurationPropertySource {

    private final ConfigurationPropertySource source;
    private final ConfigurationPropertyName shared;
    private final ConfigurationPropertyName own;

    /**
     * @param shared e.g. {@code nookplot}
     * @param own e.g. {@code nookplot.runtimes.a}
     */
    SharedPropertySource(
            ConfigurationPropertySource source, ConfigurationPropertyName shared, ConfigurationPropertyName own) {
        this.source = source;
        this.shared = shared;
        this.own = own;
    }

    @Override
    public @Nullable ConfigurationProperty getConfigurationProperty(@Nullable ConfigurationPropertyName name) {
        return name != null && own.isAncestorOf(name)
                ? source.getConfigurationProperty(shared.append(name.subName(own.getNumberOfElements())))
                : null;
    }

    @Override
    public Stream<ConfigurationPropertyName> stream() {
        ConfigurationPropertyName named = own.getParent();
        return source instanceof IterableConfigurationPropertySource names
                ? names.stream()
                        .filter(name -> shared.isAncestorOf(name) && !named.isAncestorOf(name))
                        .map(name -> own.append(name.subName(shared.getNumberOfElements())))
                : Stream.empty();
    }

    @Override
    public ConfigurationPropertyState containsDescendantOf(ConfigurationPropertyName name) {
        return source instanceof IterableConfigurationPropertySource
                ? IterableConfigurationPropertySource.super.containsDescendantOf(name)
                : ConfigurationPropertyState.UNKNOWN;
    }
}
