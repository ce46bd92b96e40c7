package io.agentruntime.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConstructorArgumentValues;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.StringUtils;

/**
 * Runtimes with names: {@code nookplot.runtimes.alice.*} becomes a bean {@code aliceNookplotRuntime}, which {@code
 * @Qualifier("alice")} finds too. What stands under {@code nookplot} itself holds for each of them.
 */
public abstract class NamedRuntimes implements ImportBeanDefinitionRegistrar {

    private final Environment environment;
    private final String prefix;
    private final Class<?> runtime;
    private final String factoryBean;

    /**
     * @param prefix what the protocol's properties begin with, e.g. {@code nookplot}
     * @param runtime the type of its runtimes
     * @param factoryBean the bean whose method {@code create} makes a runtime of a name
     */
    protected NamedRuntimes(Environment environment, String prefix, Class<?> runtime, String factoryBean) {
        this.environment = environment;
        this.prefix = prefix;
        this.runtime = runtime;
        this.factoryBean = factoryBean;
    }

    @Override
    public final void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
        for (String name : names(environment, prefix)) {
            RootBeanDefinition definition = new RootBeanDefinition(runtime);
            definition.setTargetType(runtime);
            definition.setFactoryBeanName(factoryBean);
            definition.setFactoryMethodName("create");
            ConstructorArgumentValues arguments = new ConstructorArgumentValues();
            arguments.addIndexedArgumentValue(0, name);
            definition.setConstructorArgumentValues(arguments);
            definition.setDestroyMethodName("close");
            definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, name));
            registry.registerBeanDefinition(name + runtime.getSimpleName(), definition);
        }
    }

    /** The names of a protocol's runtimes. */
    static Set<String> names(Environment environment, String prefix) {
        return Binder.get(environment)
                .bind(prefix + ".runtimes", Bindable.mapOf(String.class, Object.class))
                .map(Map::keySet)
                .orElse(Set.of());
    }

    /** The properties of one runtime: its own, and for what they do not say those of all. */
    public static <P> P bind(Environment environment, String prefix, String name, Class<P> type) {
        ConfigurationPropertyName shared = ConfigurationPropertyName.of(prefix);
        ConfigurationPropertyName own = shared.append("runtimes").append(ConfigurationPropertyName.adapt(name, '.'));
        List<ConfigurationPropertySource> all = new ArrayList<>();
        ConfigurationPropertySources.get(environment).forEach(all::add);
        List<ConfigurationPropertySource> inherited = all.stream()
                .<ConfigurationPropertySource>map(source -> new SharedPropertySource(source, shared, own))
                .toList();
        all.addAll(inherited);
        return new Binder(all, new PropertySourcesPlaceholdersResolver(environment))
                .bindOrCreate(own, Bindable.of(type), null);
    }

    /** The name of the runtime that is this bean: what stands before its type, or {@code default}. */
    public static String nameOf(String bean, Class<?> runtime) {
        String suffix = runtime.getSimpleName();
        if (bean.equalsIgnoreCase(suffix)) {
            return "default";
        }
        return StringUtils.endsWithIgnoreCase(bean, suffix) ? bean.substring(0, bean.length() - suffix.length()) : bean;
    }
}
