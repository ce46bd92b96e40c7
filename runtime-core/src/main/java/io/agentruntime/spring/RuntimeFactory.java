package io.agentruntime.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.Environment;

/**
 * Builds the runtimes of a protocol that may have several: the only one, or those with names.
 *
 * @param <R> a runtime
 * @param <P> its properties
 * @param <D> where its server is, and as whom to go there
 */
public abstract class RuntimeFactory<R, P, D extends ConnectionDetails> {

    private final Environment environment;
    private final ListableBeanFactory beans;
    private final String prefix;
    private final Class<P> properties;
    private final Class<D> details;

    /**
     * @param beans where the application's beans of connection details and its customisers are
     * @param prefix what the protocol's properties begin with, e.g. {@code nookplot}
     */
    protected RuntimeFactory(
            Environment environment, ListableBeanFactory beans, String prefix, Class<P> properties, Class<D> details) {
        this.environment = environment;
        this.beans = beans;
        this.prefix = prefix;
        this.properties = properties;
        this.details = details;
    }

    /** The only runtime, at the server that the details name. */
    public final R create(P properties, D details) {
        return InvalidPropertyException.naming(prefix, () -> build("default", properties, details));
    }

    /** The runtime of this name. A bean of connection details that has the same name takes the place of its properties. */
    public final R create(String name) {
        P own = properties(name);
        List<String> named = detailsOf(name);
        if (named.size() > 1) {
            throw new NoUniqueBeanDefinitionException(details, named);
        }
        return InvalidPropertyException.naming(
                NamedRuntimes.property(prefix, name),
                () -> build(name, own, named.isEmpty() ? details(own) : beans.getBean(named.get(0), details)));
    }

    /** The properties of the runtime of this name: its own, and for what they do not say those of all. */
    public final P properties(String name) {
        ConfigurationPropertyName shared = ConfigurationPropertyName.of(prefix);
        ConfigurationPropertyName own = shared.append("runtimes").append(ConfigurationPropertyName.adapt(name, '.'));
        List<ConfigurationPropertySource> all = new ArrayList<>();
        ConfigurationPropertySources.get(environment).forEach(all::add);
        List<ConfigurationPropertySource> inherited = all.stream()
                .<ConfigurationPropertySource>map(source -> new SharedPropertySource(source, shared, own))
                .toList();
        all.addAll(inherited);
        return new Binder(all, new PropertySourcesPlaceholdersResolver(environment))
                .bindOrCreate(own, Bindable.of(properties), null);
    }

    /** Where these properties say that the server is. */
    public abstract D details(P properties);

    /** Builds a runtime. A complaint about an option becomes one about its property. */
    protected abstract R build(String name, P properties, D details);

    /** The application's customisers of a type, in their order. */
    protected final <C> Stream<C> customizers(Class<C> type) {
        return beans.getBeanProvider(type).orderedStream();
    }

    /** Nobody's details would be details that are not heeded, in a test for example, whose agents would go elsewhere. */
    private List<String> detailsOf(String name) {
        List<String> found = new ArrayList<>();
        for (String bean : beans.getBeanNamesForType(details)) {
            if (isFor(name, bean)) {
                found.add(bean);
            } else if (NamedRuntimes.names(environment, prefix).stream().noneMatch(other -> isFor(other, bean))) {
                throw new IllegalStateException("The " + details.getSimpleName() + " '" + bean
                        + "' are for none of the runtimes under '" + prefix + ".runtimes': name the bean '" + name
                        + details.getSimpleName() + "', for example, or qualify it with a runtime's name");
            }
        }
        return found;
    }

    private boolean isFor(String name, String bean) {
        return name.equals(NamedRuntimes.nameOf(bean, details))
                || BeanFactoryAnnotationUtils.isQualifierMatch(name::equals, bean, beans);
    }
}
