package io.agentruntime.spring;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConstructorArgumentValues;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.StringUtils;

/**
 * Runtimes with names: {@code nookplot.runtimes.alice.*} becomes a bean {@code aliceNookplotRuntime}, which {@code
 * @Qualifier("alice")} finds too, unless the application has a bean of this name. What stands under {@code nookplot} itself
 * holds for each of them.
 */
public abstract class NamedRuntimes implements ImportBeanDefinitionRegistrar {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]*");

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
            String bean = name + runtime.getSimpleName();
            if (registry.containsBeanDefinition(bean)) {
                continue; // the application has its own
            }
            RootBeanDefinition definition = new RootBeanDefinition(runtime);
            definition.setTargetType(runtime);
            definition.setFactoryBeanName(factoryBean);
            definition.setFactoryMethodName("create");
            ConstructorArgumentValues arguments = new ConstructorArgumentValues();
            arguments.addIndexedArgumentValue(0, name);
            definition.setConstructorArgumentValues(arguments);
            definition.setDestroyMethodName("close");
            definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, name));
            registry.registerBeanDefinition(bean, definition);
        }
    }

    /** The names of a protocol's runtimes. */
    static Set<String> names(Environment environment, String prefix) {
        Set<String> names = Binder.get(environment)
                .bind(prefix + ".runtimes", Bindable.mapOf(String.class, Object.class))
                .map(Map::keySet)
                .orElse(Set.of());
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new InvalidPropertyException(
                        prefix + ".runtimes[" + name + "]",
                        "must have a name of lower-case letters, digits and hyphens");
            }
        }
        return names;
    }

    /** What the properties of the runtime of this name begin with. */
    static String property(String prefix, String name) {
        return prefix + ".runtimes." + name;
    }

    /** The name of the runtime that is this bean, or has it: what stands before its type, or {@code default}. */
    public static String nameOf(String bean, Class<?> type) {
        String suffix = type.getSimpleName();
        if (bean.equalsIgnoreCase(suffix)) {
            return "default";
        }
        return StringUtils.endsWithIgnoreCase(bean, suffix) ? bean.substring(0, bean.length() - suffix.length()) : bean;
    }
}
